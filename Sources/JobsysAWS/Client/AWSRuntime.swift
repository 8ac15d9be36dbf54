public import FoundationEssentials
public import JobsysObservability

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
        uptime = Self.stopwatch(clock)
        sleep = { try await clock.sleep(for: $0) }
        expire = { try await clock.sleep(for: $0, tolerance: .milliseconds(10)) }
    }

    private static func stopwatch<C: Clock<Duration>>(_ clock: C) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
