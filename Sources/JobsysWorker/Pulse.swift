import Synchronization

/// Whether an intake still gets on: every step says by when the next one is due.
final class Pulse: Sendable {
    private struct State {
        var due: Duration
        /// Whether signs of life of the jobs that run put the next step off.
        var waitsForJobs: Bool
    }

    private let state: Mutex<State>
    private let elapsed: @Sendable () -> Duration
    private let timeForReceive: Duration
    private let timeForJobs: Duration

    /// Makes a pulse.
    ///
    /// - Parameters:
    ///   - elapsed: The time so far.
    ///   - timeForReceive: How long after its start a receive is overdue.
    ///   - timeForJobs: How long after the last sign of life of a job the wait for its end is overdue.
    init(elapsed: @escaping @Sendable () -> Duration, timeForReceive: Duration, timeForJobs: Duration) {
        self.elapsed = elapsed
        self.timeForReceive = timeForReceive
        self.timeForJobs = timeForJobs
        state = Mutex(State(due: elapsed() + timeForReceive, waitsForJobs: false))
    }

    /// Notes that a receive or a probe begins.
    func noteCall() {
        set(State(due: elapsed() + timeForReceive, waitsForJobs: false))
    }

    /// Notes that a pause begins, and a call after it.
    func notePause(of length: Duration) {
        set(State(due: elapsed() + length + timeForReceive, waitsForJobs: false))
    }

    /// Notes that nothing is done until a job has ended.
    func noteWaitForJobs() {
        set(State(due: elapsed() + timeForJobs, waitsForJobs: true))
    }

    /// Notes a sign of life of a job.
    func noteSignOfLife() {
        let due = elapsed() + timeForJobs
        state.withLock { state in
            guard state.waitsForJobs else { return }
            state.due = due
        }
    }

    /// Whether the next step should have come by now.
    var isOverdue: Bool {
        elapsed() > state.withLock(\.due)
    }

    private func set(_ next: State) {
        state.withLock { $0 = next }
    }
}
