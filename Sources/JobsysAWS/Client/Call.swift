import FoundationEssentials
import HTTPTypes
import JobsysHTTP
import JobsysObservability
import JobsysSigV4

/// One operation on its way: what is the same for all its attempts.
struct Call {
    let service: AWSService
    let operation: String
    let body: [UInt8]
    /// Names the type of operations that share a head; nil if each has its own.
    let headKey: ObjectIdentifier?
    let invocationID: String
    private let extraTime: Duration
    private let maxAttempts: Int
    private let deadline: Duration?

    init<Operation: WireOperation>(
        _ operation: Operation,
        runtime: AWSRuntime,
        configuration: AWSConfiguration,
        asksConsumption: Bool
    ) {
        headKey = Operation.isSigned && Operation.hasOneHead ? ObjectIdentifier(Operation.self) : nil
        var body = operation.body()
        if asksConsumption, Operation.reportsConsumedCapacity { ConsumedUnits.ask(in: &body) }
        self.body = body
        service = Operation.service
        self.operation = Operation.name
        invocationID = runtime.makeInvocationID()
        extraTime = operation.extraTime
        maxAttempts = configuration.retry.maxAttempts ?? Operation.service.maxAttempts
        deadline = configuration.retry.operationTimeout.map { runtime.uptime() + $0 }
    }

    func plan(random: @escaping @Sendable () -> Double) -> RetryPlan {
        RetryPlan(
            maxAttempts: maxAttempts,
            baseDelay: service.baseRetryDelay,
            isLongPoll: extraTime > .zero,
            random: random
        )
    }

    /// The time left for the operation; nil for no limit.
    ///
    /// Most calls have no limit, and then nobody looks at the clock.
    func remaining(at uptime: @autoclosure () -> Duration) -> Duration? {
        deadline.map { $0 - uptime() }
    }

    /// The limits of an attempt that starts now; nil if no time is left.
    func timeouts(_ configured: TransportTimeouts, at uptime: @autoclosure () -> Duration) -> TransportTimeouts? {
        var timeouts = configured
        timeouts.request = timeouts.request.map { $0 + extraTime }
        guard let remaining = remaining(at: uptime()) else { return timeouts }
        guard remaining > .zero else { return nil }
        timeouts.connect = min(timeouts.connect, remaining)
        timeouts.request = min(timeouts.request ?? remaining, remaining)
        return timeouts
    }

    /// The request, not yet signed.
    func request(
        _ content: WireContent,
        to endpoint: Endpoint,
        attempt: Int,
        timeout: Duration?,
        at date: Date
    ) -> HTTPRequest {
        var fields = content.fields
        fields.append(HTTPField(name: .awsInvocationID, value: invocationID))
        fields.append(HTTPField(name: .awsRequest, value: attemptField(attempt, timeout: timeout, at: date)))
        return HTTPRequest(
            method: content.method,
            scheme: endpoint.scheme,
            authority: endpoint.authority,
            path: endpoint.pathPrefix + content.path,
            headerFields: fields
        )
    }

    func error(_ failure: AttemptFailure, after history: CallHistory) -> AWSError {
        AWSError(
            service: service.endpointPrefix,
            operation: operation,
            code: failure.code,
            message: failure.message,
            requestID: failure.requestID,
            httpStatus: failure.status,
            attempts: history.attempts,
            mayHaveBeenApplied: history.mayHaveBeenApplied,
            isRetryable: failure.isRetryable,
            kind: failure.kind,
            cause: failure.cause
        )
    }

    func record(_ history: CallHistory, duration: Duration) -> AWSCallRecord {
        AWSCallRecord(
            service: service.endpointPrefix,
            operation: operation,
            attempts: history.attempts,
            httpStatus: history.status,
            errorCode: history.errorCode,
            duration: duration,
            consumedCapacity: history.consumedCapacity,
            tag: CostTag.current
        )
    }

    /// `ttl` tells the service from when on nobody waits for the answer any more.
    private func attemptField(_ attempt: Int, timeout: Duration?, at date: Date) -> String {
        let count = "attempt=\(attempt); max=\(maxAttempts)"
        guard attempt > 1, let timeout else { return count }
        return "ttl=\(SigningTime(date + timeout / .seconds(1)).instant); \(count)"
    }
}

/// What has become of a call's attempts so far.
struct CallHistory {
    /// The number of requests that were sent.
    var attempts = 0
    /// The status of the last answer.
    var status: Int?
    /// What the last attempt failed with.
    var errorCode: String?
    /// What the last answer says was consumed.
    var consumedCapacity: Double?
    /// Whether one of the attempts may have been applied, although it was no success.
    var mayHaveBeenApplied = false

    mutating func add(_ failure: AttemptFailure) {
        errorCode = failure.code
        mayHaveBeenApplied = mayHaveBeenApplied || failure.mayHaveBeenApplied
    }
}
