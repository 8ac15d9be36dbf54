import FoundationEssentials
import HTTPTypes
import JobsysHTTP
import JobsysHashing
import JobsysSigV4
import JobsysTime
import Synchronization

extension AWSClient {
    /// Sends the operation once, with credentials, date and signature of its own.
    ///
    /// Throws `CancellationError` only.
    func attempt<Operation: WireOperation>(
        _ operation: Operation,
        call: Call,
        number: Int,
        history: inout CallHistory
    ) async throws -> Result<Operation.Output, AttemptFailure> {
        try Task.checkCancellation()
        let exchange = try await self.exchange(
            call,
            operation.content,
            isSigned: Operation.isSigned,
            number: number,
            history: &history
        )
        switch exchange {
        case .failure(let failure): return .failure(failure)
        case .success(let exchange): return read(exchange, for: operation, history: &history)
        }
    }

    private func exchange(
        _ call: Call,
        _ content: () -> WireContent,
        isSigned: Bool,
        number: Int,
        history: inout CallHistory
    ) async throws -> Result<Exchange, AttemptFailure> {
        var credentials: AWSCredentials?
        do {
            if isSigned {
                credentials = configuration.credentials.readyCredentials()
                if credentials == nil {
                    credentials = try await self.credentials(within: call.remaining(at: runtime.uptime()))
                }
                if credentials == nil { return .failure(.outOfTime) }
            }
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            return .failure(AttemptFailure(credentials: error))
        }
        guard let timeouts = call.timeouts(configuration.timeouts, at: runtime.uptime()) else {
            return .failure(.outOfTime)
        }
        let sent = runtime.now()
        let offset = clockSkew.withLock { $0.offset }
        let date = sent + offset
        let route: Route
        do throws(AWSConfigurationError) {
            route = try self.route(to: call.service)
        } catch {
            return .failure(AttemptFailure(misconfigured: error))
        }
        history.attempts += 1
        do throws(TransportError) {
            let attempt = Attempt(number: number, timeout: timeouts.request, date: date)
            let head = try self.head(of: call, content, for: attempt, route: route, credentials: credentials)
            let response = try await transport.send(head, body: call.body, timeouts: timeouts)
            let isClockOff = learnClock(from: response, sent: sent, offset: offset)
            return .success(Exchange(response: response, credentials: credentials, isClockOff: isClockOff))
        } catch {
            if error.code == .cancelled || Task.isCancelled { throw CancellationError() }
            return .failure(AttemptFailure(transport: error))
        }
    }

    /// The head of an attempt, signed if there are credentials.
    private func head(
        of call: Call,
        _ content: () -> WireContent,
        for attempt: Attempt,
        route: Route,
        credentials: AWSCredentials?
    ) throws(TransportError) -> RequestHead {
        let id = call.invocationID
        // A later attempt has texts of other lengths.
        let key = attempt.number == 1 ? call.headKey : nil
        if let key, let credentials, let template = heads.withLock({ $0[key] }),
            let head = template.head(for: call.body, invocationID: id, credentials: credentials, at: attempt.date)
        {
            return head
        }
        let request = call.request(
            content(),
            to: route.endpoint,
            attempt: attempt.number,
            timeout: attempt.timeout,
            at: attempt.date
        )
        guard let credentials else { return try RequestHead(request, bodyCount: call.body.count) }
        let signer = route.signer
        if let key {
            let template = try HeadTemplate(request, signer: signer, credentials: credentials, at: attempt.date)
            heads.withLock { $0[key] = template }
        }
        let signed = signer.sign(request, body: call.body, credentials: credentials, at: attempt.date)
        return try RequestHead(signed, bodyCount: call.body.count)
    }

    private func read<Operation: WireOperation>(
        _ exchange: Exchange,
        for operation: Operation,
        history: inout CallHistory
    ) -> Result<Operation.Output, AttemptFailure> {
        let response = exchange.response
        history.status = response.status
        do {
            try response.checkCRC32()
            guard response.isSuccess else { return .failure(refusal(exchange, of: Operation.self)) }
            var output = try Operation.read(response)
            try operation.check(&output)
            history.errorCode = nil
            if observer?.wantsConsumedCapacity == true, Operation.reportsConsumedCapacity {
                history.consumedCapacity = ConsumedUnits.total(in: response.body)
            }
            return .success(output)
        } catch {
            return .failure(
                AttemptFailure(
                    unreadable: response.status,
                    requestID: response[.awsRequestID],
                    error,
                    isRepeated: !response.isSuccess || operation.isSafeToRepeat
                )
            )
        }
    }

    private func refusal<Operation: WireOperation>(_ exchange: Exchange, of: Operation.Type) -> AttemptFailure {
        let answer = Operation.failure(exchange.response)
        var verdict = Operation.verdict(on: answer)
        if exchange.isClockOff, verdict == .fail, RetryVerdict.clockErrors.contains(answer.name) {
            verdict = .correctClock
        }
        return AttemptFailure(answer, verdict: verdict, credentials: exchange.credentials)
    }

    /// Compares the service's clock with this machine's; true if the request's date was off by what is known now.
    private func learnClock(from response: TransportResponse, sent: Date, offset: TimeInterval) -> Bool {
        // While requests are accepted without a correction none is needed, and the date need not be read.
        guard configuration.retry.correctsClockSkew, !response.isSuccess || offset != 0,
            // An answer with an age comes out of somebody's cache.
            response[.age] == nil,
            let serverDate = response[.date].flatMap({ Timestamp(httpDate: $0) }).map({ Date($0) })
        else { return false }
        let received = runtime.now()
        let skew = clockSkew.withLock { skew in
            skew.learn(serverDate: serverDate, sent: sent, received: received)
            return skew
        }
        configuration.credentials.adjustClock(by: skew.offset)
        return skew.differs(from: offset)
    }

    private func route(to service: AWSService) throws(AWSConfigurationError) -> Route {
        try routes.withLock { routes throws(AWSConfigurationError) in
            if let known = routes.first(where: { $0.service == service }) { return known.route }
            let region = configuration.region
            let route = Route(
                endpoint: try configuration.endpoints.endpoint(for: service, region: region),
                signer: SigV4Signer(service: service.signingName, region: region)
            )
            routes.append((service, route))
            return route
        }
    }
}

/// Where a service is and who signs for it; kept, because the signer keeps its derived key.
struct Route: Sendable {
    let endpoint: Endpoint
    let signer: SigV4Signer
}

extension TransportResponse {
    fileprivate var isSuccess: Bool { (200..<300).contains(status) }
}

private struct Attempt {
    let number: Int
    let timeout: Duration?
    let date: Date
}

private struct Exchange {
    let response: TransportResponse
    let credentials: AWSCredentials?
    let isClockOff: Bool
}

extension AWSClient {
    /// The credentials to sign with, waited for no longer than the call has time; nil if that was not enough.
    ///
    /// Only the wait ends with the time: a refresh that others need goes on.
    func credentials(within limit: Duration?) async throws -> AWSCredentials? {
        let provider = configuration.credentials
        if let ready = provider.readyCredentials() { return ready }
        return try await runtime.within(limit) { try await provider.credentials() }
    }
}

extension TransportResponse {
    /// Compares the body's bytes, as they came over the wire, with the checksum that DynamoDB sends along.
    ///
    /// The field may be missing: other services and emulators send none.
    func checkCRC32() throws(AWSAnswerError) {
        guard let expected = self[.awsCRC32] else { return }
        let found = CRC32.checksum(body)
        guard UInt32(expected) == found else {
            throw .checksum("the body's CRC-32", found: String(found), expected: String(expected.prefix(32)))
        }
    }
}
