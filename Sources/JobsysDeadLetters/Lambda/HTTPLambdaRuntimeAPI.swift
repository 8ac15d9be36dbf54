import HTTPTypes
public import JobsysHTTP
import JobsysJSON
import JobsysObservability

/// Lambda's runtime API over HTTP, version 2018-06-01.
public struct HTTPLambdaRuntimeAPI: LambdaRuntimeAPI {
    private let endpoint: LambdaEndpoint

    /// Makes a client of the API.
    ///
    /// - Parameters:
    ///   - authority: `host:port`, as `AWS_LAMBDA_RUNTIME_API` has it.
    ///   - transport: Sends the requests.
    public init(authority: String, transport: any HTTPTransport) {
        endpoint = LambdaEndpoint(authority: authority, transport: transport)
    }

    /// Waits for the next invocation, without a limit.
    public func next() async throws -> LambdaInvocation {
        let response = try await send(.get, "/invocation/next", expecting: 200, within: nil)
        return try LambdaInvocation(headers: response.head.headerFields, event: response.body)
    }

    /// Posts an invocation's response.
    public func succeed(_ requestID: String, with response: [UInt8]) async throws {
        try await post(response, to: "/invocation/\(requestID)/response")
    }

    /// Posts an invocation's error.
    public func fail(_ requestID: String, with error: LambdaFunctionError) async throws {
        try await post(error.json, to: "/invocation/\(requestID)/error", errorType: error.type)
    }

    /// Posts the error that keeps the process from starting.
    public func failInitialization(with error: LambdaFunctionError) async throws {
        try await post(error.json, to: "/init/error", errorType: error.type)
    }

    private func post(_ body: [UInt8], to path: String, errorType: String? = nil) async throws {
        var headers: HTTPFields = [.contentType: "application/json"]
        headers[.lambda("Lambda-Runtime-Function-Error-Type")] = errorType
        _ = try await send(
            .post,
            path,
            headers: headers,
            body: body,
            expecting: 202,
            within: LambdaEndpoint.answerTimeout
        )
    }

    private func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: HTTPFields = [:],
        body: [UInt8] = [],
        expecting status: Int,
        within limit: Duration?
    ) async throws -> TransportResponse {
        let response = try await endpoint.send(
            method,
            "/2018-06-01/runtime\(path)",
            headers: headers,
            body: body,
            within: limit
        )
        try response.expect(status, of: "\(method) \(path)")
        return response
    }
}

extension LambdaFunctionError {
    /// The document that tells Lambda of the failure.
    ///
    /// The message is redacted here, whoever wrote it.
    fileprivate var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("errorMessage", Redactor.standard.redact(text: message))
            writer.member("errorType", type)
            writer.array("stackTrace") { _ in }
        }
        return writer.bytes
    }
}
