public import FoundationEssentials
public import JobsysObservability
import JobsysTime

/// Time, chance and identity, as the client uses them; tests put their own in place.
public struct AWSRuntime: Sendable {
    /// The wall clock, for signatures and for the expiry of credentials.
    public let now: @Sendable () -> Date

    /// Numbers in 0..<1, for jitter.
    public let random: @Sendable () -> Double

    /// Names an operation towards AWS; all its attempts carry the same id.
    public let makeInvocationID: @Sendable () -> String

    let uptime: @Sendable () -> Duration
    let sleep: @Sendable (Duration) async throws -> Void
    let expire: @Sendable (Duration) async throws -> Void

    /// Creates a runtime; pauses and time limits are measured on `clock`.
    ///
    /// A time limit is a sleep with a tolerance, a pause one without.
    public init(
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Date = { Date() },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        makeInvocationID: @escaping @Sendable () -> String = { UniqueID.make() }
    ) {
        self.now = now
        self.random = random
        self.makeInvocationID = makeInvocationID
        uptime = stopwatch(clock)
        sleep = { try await clock.sleep(for: $0) }
        expire = { try await clock.sleep(for: $0, tolerance: .milliseconds(10)) }
    }
}

extension AWSRuntime {
    /// Runs `body`, cancels it after so long, and is nil then; without a limit it just runs.
    ///
    /// `body` has to end when it is cancelled: it is waited for.
    func within<Value: Sendable>(
        _ limit: Duration?,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        guard let limit else { return try await body() }
        guard limit > .zero else { return nil }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await expire(limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
