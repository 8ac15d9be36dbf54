/// Decides whether work may be taken on: all of it, none, or one piece to see if it goes well again.
///
/// Failures while it is open say nothing new; only the piece that is tried opens it anew, for longer.
package struct CircuitBreaker: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        /// All goes well.
        case closed
        /// Nothing may be taken on; so many tries have failed in a row.
        case open(failures: Int)
        /// One piece may be taken on, or has been.
        case halfOpen(failures: Int, isTrying: Bool)
    }

    package private(set) var state = State.closed
    /// How many failures in a row open it.
    private let threshold: Int
    private var failuresInARow = 0

    package init(threshold: Int = 1) {
        self.threshold = threshold
    }

    /// Notes a failure of what the work needs; answers whether that has opened the breaker.
    package mutating func noteFailure() -> Bool {
        switch state {
        case .closed:
            failuresInARow += 1
            guard failuresInARow >= threshold else { return false }
            state = .open(failures: 1)
            return true
        case .open, .halfOpen(_, isTrying: false):
            return false
        case .halfOpen(let failures, isTrying: true):
            state = .open(failures: failures + 1)
            return true
        }
    }

    /// Notes a success; answers whether that has closed the breaker.
    package mutating func noteSuccess() -> Bool {
        failuresInARow = 0
        guard state != .closed else { return false }
        state = .closed
        return true
    }

    /// Lets one piece of work through, if none is let through at all.
    package mutating func allowOne() {
        guard case .open(let failures) = state else { return }
        state = .halfOpen(failures: failures, isTrying: false)
    }

    /// Notes that the piece of work that was let through has ended without saying anything: another may be tried.
    package mutating func noteInconclusive() {
        guard case .halfOpen(let failures, isTrying: true) = state else { return }
        state = .halfOpen(failures: failures, isTrying: false)
    }

    /// Notes that work was taken on.
    package mutating func noteTaken() {
        guard case .halfOpen(let failures, _) = state else { return }
        state = .halfOpen(failures: failures, isTrying: true)
    }
}
