import HTTPTypes
import JobsysAWSTestKit
import JobsysHTTP
import Testing

/// Runs a transport and ends it, so that no test leaves a thread behind.
func withTransport<Result>(
    _ configuration: CurlTransport.Configuration = .init(),
    _ body: (CurlTransport) async throws -> Result
) async throws -> Result {
    let transport = try CurlTransport(configuration: configuration)
    do {
        let result = try await body(transport)
        await transport.shutdown()
        return result
    } catch {
        await transport.shutdown()
        throw error
    }
}

/// Runs a server with this handler and a transport.
func withServer<Result>(
    _ configuration: CurlTransport.Configuration = .init(),
    handler: @escaping ScriptedServer.Handler,
    _ body: (ScriptedServer, CurlTransport) async throws -> Result
) async throws -> Result {
    try await ScriptedServer.with(handler: handler) { server in
        try await withTransport(configuration) { try await body(server, $0) }
    }
}

extension ScriptedServer {
    func request(_ method: HTTPRequest.Method = .get, _ path: String = "/", headers: HTTPFields = [:]) -> HTTPRequest {
        HTTPRequest(method: method, scheme: "http", authority: authority, path: path, headerFields: headers)
    }
}

/// The error with which an exchange fails.
func failure(_ exchange: () async throws(TransportError) -> TransportResponse) async -> TransportError? {
    do {
        let response = try await exchange()
        Issue.record("expected a failure, got status \(response.status)")
        return nil
    } catch {
        return error
    }
}
