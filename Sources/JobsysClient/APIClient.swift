package import HTTPTypes
package import JobsysHTTP
package import JobsysJSON
import JobsysObservability
package import JobsysTime

/// Talks to `svc-api`.
///
/// What fails because the service is not there, or cannot do its work just now, is repeated for as long as ``patience``
/// says, with growing pauses, or longer ones that it asks for (`Retry-After`, RFC 9110, 10.2.3).
package struct APIClient: Sendable {
    /// Where it is.
    package let url: ServiceURL
    /// What carries the requests.
    package let transport: any HTTPTransport
    /// How long to go on with one request before its failure counts.
    package var patience: Duration
    /// Measures pauses.
    package var clock: any Clock<Duration>
    /// What part of a pause is waited, so that many clients do not ask at the same time.
    package var jitter: @Sendable () -> Double
    /// Is told that a request is being repeated, and why; once for a request.
    package var notice: @Sendable (String) -> Void
    /// Goes with every request, such as credentials.
    package var headers: HTTPFields

    /// The longest time that the service holds an answer back for, in seconds.
    package static let longestWait = 20

    /// Makes a client of the service at this URL; each part is as its property says.
    package init(
        url: ServiceURL,
        transport: any HTTPTransport,
        patience: Duration = .seconds(15),
        clock: any Clock<Duration> = ContinuousClock(),
        jitter: @escaping @Sendable () -> Double = { .random(in: 0.5...1) },
        notice: @escaping @Sendable (String) -> Void = { _ in },
        headers: HTTPFields = [:]
    ) {
        self.url = url
        self.transport = transport
        self.patience = patience
        self.clock = clock
        self.jitter = jitter
        self.notice = notice
        self.headers = headers
    }

    /// Asks for a document.
    ///
    /// - Parameters:
    ///   - path: The segments of the path.
    ///   - query: The parameters; those without a value are left out.
    ///   - patience: How long to repeat the request, if not as long as others.
    /// - Returns: The document.
    /// - Throws: ``APIFailure``; `CancellationError`.
    package func get(
        _ path: [String],
        query: [(String, String?)] = [],
        patience: Duration? = nil
    ) async throws -> JSONValue {
        try await send(request(.get, path, query: query), body: [], patience: patience)
    }

    /// What a path answers, whatever that is.
    package struct Answer: Sendable {
        /// The status.
        package var status: Int
        /// The document; nil for one that is no JSON.
        package var document: JSONValue?
        /// The body as a text.
        package var text: String
        /// What the service's clock said; nil if it did not say.
        package var date: Timestamp?
    }

    /// Asks once, and takes any answer, refusals too.
    ///
    /// - Throws: ``APIFailure`` if there is none; `CancellationError`.
    package func look(at path: [String], query: [(String, String?)] = []) async throws -> Answer {
        let timeouts = TransportTimeouts(connect: .seconds(5), request: .seconds(15))
        do {
            let response = try await transport.send(request(.get, path, query: query), body: [], timeouts: timeouts)
            return Answer(
                status: response.status,
                // A text is an answer, too.
                document: try? JSONValue(parsing: response.body),
                text: String(decoding: response.body, as: UTF8.self),
                date: response[.date].flatMap { Timestamp(httpDate: $0) }
            )
        } catch let error {
            if error.code == .cancelled { throw CancellationError() }
            throw APIFailure(kind: .noAnswer("\(url.scheme)://\(url.authority)", error))
        }
    }

    /// Sends a document, or none; answers the one that comes back.
    ///
    /// What has been sent is waited for, also if the task is cancelled meanwhile: it takes effect either way.
    ///
    /// - Throws: ``APIFailure``; `CancellationError`, if nothing is known to have been done.
    package func post(
        _ path: [String],
        headers: HTTPFields = [:],
        _ document: JSONValue? = nil,
        patience: Duration? = nil
    ) async throws -> JSONValue {
        try await post(path, headers: headers, json: document?.serialized() ?? [], patience: patience)
    }

    /// Sends a document that is JSON already, or none if it is empty; answers the one that comes back.
    ///
    /// - Throws: As ``post(_:headers:_:patience:)``.
    package func post(
        _ path: [String],
        headers: HTTPFields = [:],
        json body: [UInt8],
        patience: Duration? = nil
    ) async throws -> JSONValue {
        var headers = headers
        if !body.isEmpty { headers[.contentType] = "application/json" }
        return try await send(request(.post, path, headers: headers), body: body, patience: patience)
    }

    /// Puts a document; answers the one that comes back.
    ///
    /// - Throws: As ``post(_:headers:_:patience:)``.
    package func put(_ path: [String], _ document: JSONValue) async throws -> JSONValue {
        let request = request(.put, path, headers: [.contentType: "application/json"])
        return try await send(request, body: document.serialized(), patience: nil)
    }

    /// Removes something.
    ///
    /// - Throws: As ``post(_:headers:_:patience:)``.
    package func delete(_ path: [String]) async throws {
        _ = try await send(request(.delete, path), body: [], patience: nil)
    }

    private func request(
        _ method: HTTPRequest.Method,
        _ path: [String],
        query: [(String, String?)] = [],
        headers: HTTPFields = [:]
    ) -> HTTPRequest {
        var headerFields = self.headers
        headerFields.append(contentsOf: headers)
        let parameters = query.compactMap { name, value in value.map { "\(name)=\($0.percentEncoded())" } }
        return HTTPRequest(
            method: method,
            scheme: url.scheme,
            authority: url.authority,
            path: url.prefix + path.map { "/\($0.percentEncoded(but: ":"))" }.joined()
                + (parameters.isEmpty ? "" : "?\(parameters.joined(separator: "&"))"),
            headerFields: headerFields
        )
    }

    /// Repeats a request until it is answered for good, or the time is up.
    private func send(_ request: HTTPRequest, body: [UInt8], patience: Duration?) async throws -> JSONValue {
        let patience = patience ?? self.patience
        let elapsed = stopwatch(clock)
        var pauses = RetryPauses()
        var isInDoubt = false
        while true {
            // One that begins late ends soon after the time is up.
            let limit = min(.seconds(Self.longestWait + 10), max(.zero, patience - elapsed()) + .seconds(10))
            try Task.checkCancellation()
            do {
                return try await attempt(request, body: body, within: limit)
            } catch var failure as APIFailure {
                failure.mayHaveBeenDone = isInDoubt
                isInDoubt = isInDoubt || (request.method != .get && failure.leavesDoubt)
                let left = patience - elapsed()
                let pause = max(failure.retryAfter ?? .zero, min(pauses.next() * jitter(), left))
                guard failure.isTransient, left > .zero, pause <= left else {
                    if failure.isTransient { failure.mayHaveBeenDone = isInDoubt }
                    throw failure
                }
                if pauses.count == 1 { notice("\(failure); asking again") }
                try await clock.sleep(for: pause)
            }
        }
    }

    private func attempt(_ request: HTTPRequest, body: [UInt8], within limit: Duration) async throws -> JSONValue {
        let place = "\(url.scheme)://\(url.authority)"
        let timeouts = TransportTimeouts(connect: .seconds(5), request: limit)
        let response: TransportResponse
        do {
            // A task of its own keeps the answer to what has been sent, also if this one is cancelled. It is awaited.
            response =
                try await request.method != .get
                ? Task { [transport] in try await transport.send(request, body: body, timeouts: timeouts) }.value
                : transport.send(request, body: body, timeouts: timeouts)
        } catch let error as TransportError {
            if error.code == .cancelled { throw CancellationError() }
            throw APIFailure(kind: .noAnswer(place, error))
        }
        // A body that is no JSON is not from svc-api, whatever is wrong with it.
        let answer = try? JSONValue(parsing: response.body)
        switch (response.status, answer) {
        case (200..<300, let answer?): return answer
        case (204, nil): return .null
        case (_, let answer?) where answer["detail"] != nil:
            throw APIFailure(kind: .problem(status: response.status, answer), retryAfter: response.retryAfter)
        default:
            throw APIFailure(
                kind: .strangeAnswer(place, status: response.status),
                retryAfter: response.retryAfter
            )
        }
    }
}

extension HTTPFields {
    /// Has a request make one thing, however often it is repeated.
    package static var newIdempotencyKey: HTTPFields { [.idempotencyKey: UniqueID.make()] }
}

extension HTTPField.Name {
    static let idempotencyKey: HTTPField.Name = {
        guard let name = HTTPField.Name("Idempotency-Key") else { preconditionFailure("it is a header field's name") }
        return name
    }()
}

/// Pauses between repeats, each twice as long as the one before: from a quarter of a second to five seconds.
package struct RetryPauses {
    package private(set) var count = 0

    /// Makes pauses that begin anew.
    package init() {}

    package mutating func next() -> Duration {
        defer { count += 1 }
        return min(.milliseconds(250) * (1 << min(count, 10)), .seconds(5))
    }
}

extension TransportResponse {
    /// The seconds that `Retry-After` says; nil without it, and for a date, which depends on two clocks.
    fileprivate var retryAfter: Duration? {
        self[.retryAfter].flatMap { UInt32($0) }.map { .seconds(Int64($0)) }
    }
}

extension String {
    /// The text as a segment of a path or the value of a parameter: all but the unreserved characters of RFC 3986 encoded,
    /// and those that have no meaning of their own there, such as the colon in a path.
    func percentEncoded(but others: String = "") -> String {
        let unreserved = ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~" + others).utf8
        return
            utf8.map { byte in
                guard !unreserved.contains(byte) else { return String(Unicode.Scalar(byte)) }
                let digits = String(byte, radix: 16, uppercase: true)
                return "%" + (digits.count == 1 ? "0" : "") + digits
            }
            .joined()
    }
}
