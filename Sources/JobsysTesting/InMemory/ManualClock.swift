package import JobsysTime
import Synchronization

/// A clock that stands still until a test moves it.
package final class ManualClock: Clock, Sendable {
    /// A point on the clock.
    package struct Instant: InstantProtocol {
        /// The time since the clock was made.
        package var offset: Duration

        /// The point so much later.
        package func advanced(by duration: Duration) -> Instant {
            Instant(offset: offset + duration)
        }

        /// The time between two points.
        package func duration(to other: Instant) -> Duration {
            other.offset - offset
        }

        /// Whether an instant is the earlier one.
        package static func < (left: Instant, right: Instant) -> Bool {
            left.offset < right.offset
        }
    }

    private struct Sleeper {
        var deadline: Instant
        var wake: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var nextID = 0
        var onSleep: [(count: Int, reached: AsyncStream<Void>.Continuation)] = []
    }

    private let state = Mutex(State())
    private let epoch: Timestamp

    /// Makes a clock whose wall time starts at `epoch`.
    package init(epoch: Timestamp = Timestamp(milliseconds: 1_763_720_000_000)) {
        self.epoch = epoch
    }

    /// The clock's time.
    package var now: Instant { state.withLock(\.now) }

    /// As fine as time gets.
    package var minimumResolution: Duration { .zero }

    /// The wall time that belongs to the clock's time.
    package var timestamp: Timestamp { epoch + now.offset }

    /// How many are asleep.
    package var sleepers: Int { state.withLock(\.sleepers.count) }

    /// Sleeps until the clock is moved that far.
    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wake in
                add(Sleeper(deadline: deadline, wake: wake), id: id)
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                guard let sleeper = state.sleepers.removeValue(forKey: id) else {
                    state.cancelled.insert(id)
                    return Sleeper?.none
                }
                return sleeper
            }
            sleeper?.wake.resume(throwing: CancellationError())
        }
    }

    /// How long the one who wakes first has still to sleep; nil if nobody sleeps.
    package var nextWakeUp: Duration? {
        state.withLock { state in
            state.sleepers.values.map(\.deadline).min().map { state.now.duration(to: $0) }
        }
    }

    /// Moves the clock and wakes whoever has slept long enough.
    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }
        }
        for sleeper in due { sleeper.wake.resume() }
    }

    /// Waits until so many are asleep, which is when everything that could happen has happened.
    ///
    /// Cancellation ends the wait, so that a test's time limit does.
    package func waitForSleepers(_ count: Int = 1) async {
        let (wait, reached) = AsyncStream<Void>.makeStream()
        state.withLock { state in
            if state.sleepers.count < count {
                state.onSleep.append((count, reached))
            } else {
                reached.finish()
            }
        }
        for await _ in wait {}
    }

    private func add(_ sleeper: Sleeper, id: Int) {
        enum Action {
            case sleep([AsyncStream<Void>.Continuation])
            case wake
            case cancel
        }
        let action: Action = state.withLock { state in
            if state.cancelled.remove(id) != nil { return .cancel }
            if sleeper.deadline <= state.now { return .wake }
            state.sleepers[id] = sleeper
            let asleep = state.sleepers.count
            let satisfied = state.onSleep.filter { $0.count <= asleep }
            state.onSleep.removeAll { $0.count <= asleep }
            return .sleep(satisfied.map(\.reached))
        }
        switch action {
        case .sleep(let waiting): for waiter in waiting { waiter.finish() }
        case .wake: sleeper.wake.resume()
        case .cancel: sleeper.wake.resume(throwing: CancellationError())
        }
    }
}
