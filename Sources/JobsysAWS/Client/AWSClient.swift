public import JobsysHTTP
import Synchronization

/// Performs operations of AWS services.
///
/// Keep one client for the life of the process: its retry quota, its derived signing keys, what it knows of the
/// service's clock and its credentials are worth keeping. It owns nothing that has to be shut down; the transport is
/// the caller's.
public final class AWSClient: Sendable {
    let configuration: AWSConfiguration
    let transport: any HTTPTransport
    let runtime: AWSRuntime
    let observer: (any AWSCallObserver)?
    let bucket = Mutex(RetryTokenBucket())
    let clockSkew = Mutex(ClockSkew())
    /// So few that they are found sooner by comparison than by a hash.
    let routes = Mutex<[(service: AWSService, route: Route)]>([])
    let heads = Mutex<[ObjectIdentifier: HeadTemplate]>([:])

    /// Creates a client; nothing is sent before the first operation.
    ///
    /// The observer is told of each call.
    public init(
        configuration: AWSConfiguration,
        transport: any HTTPTransport,
        runtime: AWSRuntime = AWSRuntime(),
        observer: (any AWSCallObserver)? = nil
    ) {
        self.configuration = configuration
        self.transport = transport
        self.runtime = runtime
        self.observer = observer
    }

    /// Performs an operation: credentials, signature, request and answer, again with fresh ones while that may help.
    ///
    /// A request that was not answered is repeated too, so an operation may take effect more than once.
    ///
    /// - Throws: ``AWSError``, or `CancellationError` if the calling task is cancelled; nothing else. A cancelled
    ///   operation is never repeated, but may have taken effect.
    public func perform<Operation: WireOperation>(_ operation: Operation) async throws -> Operation.Output {
        try await outcome(of: operation).output
    }

    /// Performs an operation as ``perform(_:)`` does, and says what it took.
    public func outcome<Operation: WireOperation>(
        of operation: Operation
    ) async throws -> AWSOutcome<Operation.Output> {
        let call = Call(
            operation,
            runtime: runtime,
            configuration: configuration,
            asksConsumption: observer?.wantsConsumedCapacity ?? false
        )
        var history = CallHistory()
        guard let observer else { return try await repeatedly(operation, call: call, history: &history) }
        let start = runtime.uptime()
        defer { observer.callEnded(call.record(history, duration: runtime.uptime() - start)) }
        do {
            return try await repeatedly(operation, call: call, history: &history)
        } catch is CancellationError {
            history.errorCode = "Cancelled"
            throw CancellationError()
        }
    }

    private func repeatedly<Operation: WireOperation>(
        _ operation: Operation,
        call: Call,
        history: inout CallHistory
    ) async throws -> AWSOutcome<Operation.Output> {
        var plan = call.plan(random: runtime.random)
        while true {
            switch try await attempt(operation, call: call, number: plan.attempt, history: &history) {
            case .success(let output):
                return conclude(output, plan: plan, history: history)
            case .failure(let failure):
                history.add(failure)
                if try await pause(after: failure, call: call, plan: &plan) { continue }
                switch recovery(from: failure, of: Operation.self) {
                case .success(let output): return conclude(output, plan: plan, history: history)
                case .failure(let failure): throw call.error(failure, after: history)
                }
            }
        }
    }

    private func conclude<Output>(_ output: Output, plan: RetryPlan, history: CallHistory) -> AWSOutcome<Output> {
        bucket.withLock { $0.refund(lastCost: plan.lastCost) }
        return AWSOutcome(
            output: output,
            attempts: history.attempts,
            mayHaveBeenAppliedBefore: history.mayHaveBeenApplied
        )
    }
}

/// What an operation came to, and what it took.
public struct AWSOutcome<Output: Sendable>: Sendable {
    /// The operation's own output.
    public let output: Output

    /// The number of requests that were sent.
    public let attempts: Int

    /// Whether an attempt before the last may have been applied too: it was sent, and what came of it is not known.
    ///
    /// A condition that fails then may have failed on the effect of this very operation.
    public let mayHaveBeenAppliedBefore: Bool

    /// Creates an outcome.
    public init(output: Output, attempts: Int = 1, mayHaveBeenAppliedBefore: Bool = false) {
        self.output = output
        self.attempts = attempts
        self.mayHaveBeenAppliedBefore = mayHaveBeenAppliedBefore
    }
}

extension AWSOutcome: Equatable where Output: Equatable {}
