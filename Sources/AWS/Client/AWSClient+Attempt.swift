import AWSSigV4
import CurlHTTP
import HTTPTypes
import Hashing
import Synchronization

extension AWSClient {
    /// Sends the operation once, with credentials, date and signature of its own.
    ///
    /// Throws `CancellationError` only.
    func attempt<Operation: WireOperation>(
        _ operation: Operation,
        call: Call,
        number: Int
    ) async throws -> Result<Operation.Output, AttemptFailure> {
        try Task.checkCancellation()
        switch try await exchange(call, isSigned: Operation.isSigned, number: number) {
        case .failure(let failure):
            return .failure(failure)
        case .success(let exchange) where (200..<300).contains(exchange.response.status):
            return read(exchange.response, for: operation)
        case .success(let exchange):
            let answer = Operation.failure(exchange.response)
            let verdict = Operation.verdict(on: answer)
            return .failure(AttemptFailure(answer, verdict: verdict, credentials: exchange.credentials))
        }
    }

    private func exchange(
        _ call: Call,
        isSigned: Bool,
        number: Int
    ) async throws -> Result<Exchange, AttemptFailure> {
        var credentials: AWSCredentials?
        do {
            if isSigned {
                credentials = try await self.credentials(within: call.remaining(at: runtime.uptime()))
                if credentials == nil { return .failure(.outOfTime) }
            }
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            return .failure(AttemptFailure(credentials: error))
        }
        guard let timeouts = call.timeouts(configuration.timeouts, at: runtime.uptime()) else {
            return .failure(.outOfTime)
        }
        let date = runtime.now()
        let route = route(to: call.service)
        var request = call.request(to: route.endpoint, attempt: number, timeout: timeouts.request, at: date)
        if let credentials {
            request = route.signer.sign(request, body: call.body, credentials: credentials, at: date)
        }
        do {
            let response = try await transport.send(request, body: call.body, timeouts: timeouts)
            return .success(Exchange(response: response, credentials: credentials))
        } catch {
            if error.code == .cancelled || Task.isCancelled { throw CancellationError() }
            return .failure(AttemptFailure(transport: error))
        }
    }

    private func read<Operation: WireOperation>(
        _ response: TransportResponse,
        for operation: Operation
    ) -> Result<Operation.Output, AttemptFailure> {
        do {
            try Self.checkCRC32(of: response)
            let output = try Operation.read(response)
            try operation.check(output)
            return .success(output)
        } catch {
            return .failure(
                AttemptFailure(
                    unreadable: response.status,
                    requestID: response.head.headerFields[.awsRequestID],
                    error,
                    isRepeated: operation.isSafeToRepeat
                )
            )
        }
    }

    private static func checkCRC32(of response: TransportResponse) throws(AWSAnswerError) {
        guard let expected = response.head.headerFields[.awsCRC32] else { return }
        let found = String(CRC32.checksum(response.body))
        guard found == expected else { throw .checksum("the body's CRC-32", found: found, expected: expected) }
    }

    private func route(to service: AWSService) -> Route {
        routes.withLock { routes in
            if let route = routes[service] { return route }
            let region = configuration.region
            let route = Route(
                endpoint: configuration.endpoints.endpoint(for: service, region: region),
                signer: SigV4Signer(service: service.signingName, region: region)
            )
            routes[service] = route
            return route
        }
    }
}

/// Where a service is and who signs for it; kept, because the signer keeps its derived key.
struct Route: Sendable {
    let endpoint: Endpoint
    let signer: SigV4Signer
}

private struct Exchange {
    let response: TransportResponse
    let credentials: AWSCredentials?
}
