import Synchronization

/// The liveness of an intake: every step sets a deadline for the next one.
final class Liveness: Sendable {
    private enum State {
        /// A call or a pause is under way.
        case step(deadline: Duration)
        /// All slots are taken; each heartbeat of a job extends the deadline.
        case waitForSlot(deadline: Duration)
        /// The intake has ended and owes no more steps.
        case ended
    }

    private let state: Mutex<State>
    private let elapsed: @Sendable () -> Duration
    private let callTimeout: Duration
    private let jobTimeout: Duration

    /// Makes one whose first call is expected at once.
    ///
    /// - Parameters:
    ///   - elapsed: The time so far.
    ///   - callTimeout: How long after its start a call is overdue.
    ///   - jobTimeout: How long after the jobs' last heartbeat the wait for a slot is overdue.
    init(elapsed: @escaping @Sendable () -> Duration, callTimeout: Duration, jobTimeout: Duration) {
        self.elapsed = elapsed
        self.callTimeout = callTimeout
        self.jobTimeout = jobTimeout
        state = Mutex(.step(deadline: elapsed() + callTimeout))
    }

    /// Notes that a receive or a probe begins.
    func noteCall() {
        set(.step(deadline: elapsed() + callTimeout))
    }

    /// Notes that a pause begins; a call follows it.
    func notePause(of length: Duration) {
        set(.step(deadline: elapsed() + length + callTimeout))
    }

    /// Notes that the next step has to wait for a slot.
    func noteWaitForSlot() {
        set(.waitForSlot(deadline: elapsed() + jobTimeout))
    }

    /// Notes that a job has renewed its lease.
    func noteHeartbeat() {
        let deadline = elapsed() + jobTimeout
        state.withLock { state in
            guard case .waitForSlot = state else { return }
            state = .waitForSlot(deadline: deadline)
        }
    }

    /// Notes that the intake has ended: a stop may wait much longer for the jobs that run.
    func noteEnd() {
        set(.ended)
    }

    /// Whether the next step should have begun by now.
    var isOverdue: Bool {
        switch state.withLock({ $0 }) {
        case .step(let deadline), .waitForSlot(let deadline): elapsed() > deadline
        case .ended: false
        }
    }

    private func set(_ next: State) {
        state.withLock { $0 = next }
    }
}
