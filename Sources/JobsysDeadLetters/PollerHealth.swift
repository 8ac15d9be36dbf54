import Synchronization

/// What probes are told of a poller: whether its next step is overdue, and since when and why it receives nothing.
final class PollerHealth: Sendable {
    /// A time in which nothing is received because something that is needed fails.
    struct Pause: Sendable, Hashable {
        var length: Duration
        var reason: String
    }

    private struct State {
        /// When the next step is overdue; nil once the poller has ended.
        var deadline: Duration?
        var pause: (start: Duration, reason: String)?
    }

    private let state: Mutex<State>
    private let elapsed: @Sendable () -> Duration

    /// Makes the health of a poller that is about to begin.
    ///
    /// - Parameters:
    ///   - elapsed: The time so far.
    ///   - limit: How long the first step may take.
    init(elapsed: @escaping @Sendable () -> Duration, limit: Duration) {
        self.elapsed = elapsed
        state = Mutex(State(deadline: elapsed() + limit))
    }

    /// Notes that a step begins, such as a receive, which must end within a limit.
    func noteStep(within limit: Duration) {
        let deadline = elapsed() + limit
        state.withLock { $0.deadline = deadline }
    }

    /// Notes that nothing is received for now; the reason of a pause is that of its first failure.
    func noteFailure(_ reason: String) {
        let start = elapsed()
        state.withLock { $0.pause = $0.pause ?? (start, reason) }
    }

    /// Notes that a receive has succeeded, which ends a pause.
    func noteReceive() {
        state.withLock { $0.pause = nil }
    }

    /// Notes that the poller has ended and owes no more steps.
    func noteEnd() {
        state.withLock { $0 = State(deadline: nil) }
    }

    /// Whether the step that is under way should have ended by now.
    var isOverdue: Bool {
        guard let deadline = state.withLock(\.deadline) else { return false }
        return elapsed() > deadline
    }

    /// The pause that is under way; nil while letters are received.
    var pause: Pause? {
        guard let pause = state.withLock(\.pause) else { return nil }
        return Pause(length: elapsed() - pause.start, reason: pause.reason)
    }
}
