import JobsysTestKit

/// The model's time: short pauses pass at once, and no lease is renewed but by a move of the model.
struct ModelClock: Clock {
    let clock: ManualClock

    var now: ManualClock.Instant { clock.now }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: ManualClock.Instant, tolerance: Duration?) async throws {
        guard clock.now.duration(to: deadline) > Self.longestPause else { return try Task.checkCancellation() }
        for await _ in AsyncStream<Never>.makeStream().stream {}
        throw CancellationError()
    }

    /// The runner pauses for five seconds at most between two tries.
    private static let longestPause: Duration = .seconds(5)
}
