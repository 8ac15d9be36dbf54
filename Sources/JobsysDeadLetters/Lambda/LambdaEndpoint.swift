import HTTPTypes
import JobsysHTTP

/// The place where Lambda serves its APIs to the process, and the way a call to them fails.
struct LambdaEndpoint: Sendable {
    private let authority: String
    private let transport: any HTTPTransport

    /// Names the place by `host:port`, as `AWS_LAMBDA_RUNTIME_API` has it.
    init(authority: String, transport: any HTTPTransport) {
        self.authority = authority
        // No proxy leads to Lambda's own APIs, whatever address they have.
        self.transport = transport.direct
    }

    /// Sends a request, within a limit or for as long as it takes; the answer may have any status.
    ///
    /// It throws ``LambdaRuntimeError`` if no answer came, and `CancellationError` if the task was cancelled.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: HTTPFields = [:],
        body: [UInt8] = [],
        within limit: Duration?
    ) async throws -> TransportResponse {
        let request = HTTPRequest(
            method: method,
            scheme: "http",
            authority: authority,
            path: path,
            headerFields: headers
        )
        do {
            return try await transport.send(request, body: body, timeouts: TransportTimeouts(request: limit))
        } catch {
            guard error.code != .cancelled else { throw CancellationError() }
            throw LambdaRuntimeError(code: .unreachable, message: "\(method) \(path): \(error)", cause: error)
        }
    }

    /// The APIs are on the same host; what takes longer than this does not come.
    static let answerTimeout: Duration = .seconds(5)
}

extension TransportResponse {
    /// Throws unless the status is the expected one.
    func expect(_ expected: Int, of call: String) throws(LambdaRuntimeError) {
        guard status != expected else { return }
        throw LambdaRuntimeError(
            code: 400..<500 ~= status ? .refused : .unexpectedStatus,
            message: "\(call): found status \(status); expected \(expected)"
        )
    }
}
