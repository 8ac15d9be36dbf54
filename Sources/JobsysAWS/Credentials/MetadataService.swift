import HTTPTypes
import JobsysHTTP

/// A local HTTP service that hands out credentials; transport failures and 5xx answers are asked again.
///
/// It is never asked through a proxy: none would lead to it, and none may see what it says.
struct MetadataService: Sendable {
    let provider: String
    let url: HTTPURL
    let timeouts: TransportTimeouts
    let attempts: Int
    let transport: any HTTPTransport
    let runtime: AWSRuntime

    /// Sends a request without a body to the service's URL, or to a path below it.
    ///
    /// - Throws: ``CredentialsError`` with `unavailable`, or `CancellationError`.
    func send(
        _ method: HTTPRequest.Method = .get,
        _ path: String = "",
        fields: HTTPFields
    ) async throws -> TransportResponse {
        let url = path.isEmpty ? url : url.appending(path: path)
        let request = url.request(method, headerFields: fields)
        var attempt = 1
        while true {
            let problem: String
            do {
                let response = try await transport.direct.send(request, body: [], timeouts: timeouts)
                guard response.status >= 500 else { return response }
                problem = "\(url.authority) answered with HTTP \(response.status)"
            } catch {
                if error.code == .cancelled || Task.isCancelled { throw CancellationError() }
                problem = "\(url.authority) did not answer: \(error)"
            }
            guard attempt < attempts else { throw CredentialsError(.unavailable, provider: provider, problem) }
            attempt += 1
            try await runtime.sleep(.seconds(1))
        }
    }

    /// The error for an answer that is neither a success nor worth another attempt.
    func refusal(_ response: TransportResponse) -> CredentialsError {
        CredentialsError(.refused, provider: provider, "\(url.authority) answered with HTTP \(response.status)")
    }
}
