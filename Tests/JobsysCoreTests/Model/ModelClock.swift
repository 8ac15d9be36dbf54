import JobsysTestKit

/// The model's time: short pauses of a process pass at once, and no alarm rings, so that no lease is renewed but by a move of the
/// model.
///
/// Who sleeps for an alarm belongs to no process, and begins to sleep whenever the machine comes to it: the model may have moved
/// the clock beyond the alarm's time by then.
struct ModelClock: Clock {
    let clock: ManualClock

    var now: ManualClock.Instant { clock.now }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: ManualClock.Instant, tolerance: Duration?) async throws {
        guard !passesAtOnce(until: deadline) else { return try Task.checkCancellation() }
        for await _ in AsyncStream<Never>.makeStream().stream {}
        throw CancellationError()
    }

    /// Whether a sleep until then is none.
    func passesAtOnce(until deadline: ManualClock.Instant) -> Bool {
        StepScheduler.process != nil && clock.now.duration(to: deadline) <= Self.longestPause
    }

    /// The runner pauses for five seconds at most between two tries.
    private static let longestPause: Duration = .seconds(5)
}
