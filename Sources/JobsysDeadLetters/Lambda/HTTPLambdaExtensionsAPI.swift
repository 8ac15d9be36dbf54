import HTTPTypes
public import JobsysHTTP

/// Lambda's extensions API over HTTP, version 2020-01-01.
public struct HTTPLambdaExtensionsAPI: LambdaExtensionsAPI {
    private let endpoint: LambdaEndpoint

    /// Makes a client of the API.
    ///
    /// - Parameters:
    ///   - authority: `host:port`, as `AWS_LAMBDA_RUNTIME_API` has it.
    ///   - transport: Sends the requests.
    public init(authority: String, transport: any HTTPTransport) {
        endpoint = LambdaEndpoint(authority: authority, transport: transport)
    }

    /// Registers an extension that wants no events.
    public func register(as name: String) async throws -> String? {
        let headers: HTTPFields = [.contentType: "application/json", .lambda("Lambda-Extension-Name"): name]
        let response = try await endpoint.send(
            .post,
            "\(Self.path)/register",
            headers: headers,
            body: Array(#"{"events":[]}"#.utf8),
            within: LambdaEndpoint.answerTimeout
        )
        guard response.status != 404 else { return nil }
        try response.expect(200, of: "POST /register")
        guard let identifier = response.head.headerFields[.lambdaExtensionIdentifier], !identifier.isEmpty else {
            throw LambdaRuntimeError(
                code: .missingHeader,
                message: "the registration has no Lambda-Extension-Identifier"
            )
        }
        return identifier
    }

    /// Waits for an event, without a limit.
    public func park(_ identifier: String) async throws {
        let headers: HTTPFields = [.lambdaExtensionIdentifier: identifier]
        let response = try await endpoint.send(.get, "\(Self.path)/event/next", headers: headers, within: nil)
        try response.expect(200, of: "GET /event/next")
    }

    private static let path = "/2020-01-01/extension"
}

extension HTTPField.Name {
    fileprivate static var lambdaExtensionIdentifier: Self { .lambda("Lambda-Extension-Identifier") }
}
