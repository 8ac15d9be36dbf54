import Synchronization

/// The clock of a test: handlers that wait by it are not waited for.
///
/// It stands still while a handler works, and is moved on when the handler sleeps by it.
public struct JobTestClock: Clock {
    /// A point on the clock.
    public struct Instant: InstantProtocol {
        fileprivate var instant: ManualClock.Instant

        /// The point so much later.
        public func advanced(by duration: Duration) -> Instant {
            Instant(instant: instant.advanced(by: duration))
        }

        /// The time between two points.
        public func duration(to other: Instant) -> Duration {
            instant.duration(to: other.instant)
        }

        /// Whether an instant is the earlier one.
        public static func < (left: Instant, right: Instant) -> Bool {
            left.instant < right.instant
        }
    }

    /// Moves the engine's clock too, by which leases and time-outs go.
    let engine: ManualClock
    private let sleepers = Sleepers()

    init(engine: ManualClock) {
        self.engine = engine
    }

    /// The clock's time.
    public var now: Instant { Instant(instant: engine.now) }

    /// As fine as time gets.
    public var minimumResolution: Duration { .zero }

    /// Sleeps until the test has moved the clock that far; a cancellation ends it with `CancellationError`.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        sleepers.change(by: 1)
        defer { sleepers.change(by: -1) }
        try await engine.sleep(until: deadline.instant, tolerance: tolerance)
    }

    /// Waits until a handler sleeps, and what watches over its run too, so that only the clock brings anything about.
    ///
    /// A watch that renews a lease, or a handler that was just woken, is not asleep. A cancellation ends the wait.
    func waitUntilOnlySleepersAreLeft() async {
        while !Task.isCancelled {
            let count = sleepers.count
            if count > 0, engine.sleepers > count { return }
            await engine.waitForSleepers(max(count, 1) + 1)
            await Task.yield()
        }
    }

    /// Counts the handlers that sleep; a clock is a value, and shares it.
    private final class Sleepers: Sendable {
        private let state = Mutex(0)

        var count: Int { state.withLock(\.self) }

        func change(by difference: Int) {
            state.withLock { $0 += difference }
        }
    }
}
