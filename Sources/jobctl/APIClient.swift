import HTTPTypes
import JobsysHTTP
import JobsysJSON

/// Talks to `svc-api`.
struct APIClient: Sendable {
    /// Where it is.
    let url: ServiceURL
    /// What carries the requests.
    let transport: any HTTPTransport

    /// The longest time that the service holds an answer back for, in seconds.
    static let longestWait = 20

    /// Asks for a document.
    ///
    /// - Parameters:
    ///   - path: The segments of the path.
    ///   - query: The parameters; those without a value are left out.
    /// - Returns: The document.
    /// - Throws: ``APIFailure``.
    func get(_ path: [String], query: [(String, String?)] = []) async throws -> JSONValue {
        try await send(.get, path, query: query)
    }

    /// Sends a document, or none; answers the one that comes back.
    func post(_ path: [String], headers: HTTPFields = [:], _ document: JSONValue? = nil) async throws -> JSONValue {
        try await send(.post, path, headers: headers, document)
    }

    /// The job once it is over.
    func finishedJob(_ id: String) async throws -> JSONValue {
        while true {
            let job = try await get(["jobs", id], query: [("wait", "\(Self.longestWait)")])
            if ["SUCCEEDED", "FAILED_FINAL", "CANCELLED"].contains(job["status"]?.stringValue) { return job }
        }
    }

    /// Walks a list to its end, or until the body has seen enough and returns false.
    ///
    /// - Parameters:
    ///   - list: The list, which is both its path and the member that has its elements.
    ///   - query: The filters.
    ///   - pageSize: How many elements to ask for at a time.
    ///   - body: Is given each element.
    /// - Throws: ``APIFailure``, and what the body throws.
    func walk(
        _ list: String,
        query: [(String, String?)],
        pageSize: Int = 100,
        _ body: (JSONValue) async throws -> Bool
    ) async throws {
        var cursor: String?
        repeat {
            let page = try await get([list], query: query + [("limit", "\(pageSize)"), ("cursor", cursor)])
            for element in page[list]?.arrayValue ?? [] {
                guard try await body(element) else { return }
            }
            cursor = page["nextCursor"]?.stringValue
        } while cursor != nil
    }

    private func send(
        _ method: HTTPRequest.Method,
        _ path: [String],
        query: [(String, String?)] = [],
        headers: HTTPFields = [:],
        _ document: JSONValue? = nil
    ) async throws -> JSONValue {
        var headers = headers
        if document != nil { headers[.contentType] = "application/json" }
        let parameters = query.compactMap { name, value in value.map { "\(name)=\($0.percentEncoded)" } }
        let request = HTTPRequest(
            method: method,
            scheme: url.scheme,
            authority: url.authority,
            path: url.prefix + path.map { "/\($0.percentEncoded)" }.joined()
                + (parameters.isEmpty ? "" : "?\(parameters.joined(separator: "&"))"),
            headerFields: headers
        )
        let place = "\(url.scheme)://\(url.authority)"
        let response: TransportResponse
        do {
            let limit = Duration.seconds(Self.longestWait + 10)
            response = try await transport.send(
                request,
                body: document?.serialized() ?? [],
                timeouts: TransportTimeouts(connect: .seconds(5), request: limit)
            )
        } catch {
            throw APIFailure.noAnswer(place, error)
        }
        // What is no JSON is no answer of the service's: that is all that matters here.
        let answer = try? JSONValue(parsing: response.body)
        switch (response.head.status.kind, answer) {
        case (.successful, let answer?): return answer
        case (_, let answer?) where answer["detail"] != nil:
            throw APIFailure.refused(status: response.status, problem: answer)
        default: throw APIFailure.strangeAnswer(place, status: response.status)
        }
    }
}

extension String {
    /// The text as a segment of a path or the value of a parameter: all but the unreserved characters of RFC 3986 encoded.
    var percentEncoded: String {
        let unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8
        return
            utf8.map { byte in
                guard !unreserved.contains(byte) else { return String(Unicode.Scalar(byte)) }
                let digits = String(byte, radix: 16, uppercase: true)
                return "%" + (digits.count == 1 ? "0" : "") + digits
            }
            .joined()
    }
}
