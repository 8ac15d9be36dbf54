package import JobsysCore
package import JobsysTime
import Synchronization

/// One lead, in memory.
package final class InMemoryLeaderLeases: LeaderLeases {
    private struct State {
        var owner: String?
        var expiresAt = Timestamp(milliseconds: 0)
        var outage: DependencyError?
    }

    private let state = Mutex(State())

    /// Makes a lead that nobody has.
    package init() {}

    /// Who leads, or led last; nil if that one gave it up.
    package var owner: String? { state.withLock(\.owner) }

    /// Makes every call fail with an error, until it is set to nil.
    package func fail(with error: DependencyError?) {
        state.withLock { $0.outage = error }
    }

    /// Takes or keeps the lead.
    package func take(as owner: String, at now: Timestamp, until expiry: Timestamp) async throws -> Leadership {
        try state.withLock { state in
            if let outage = state.outage { throw outage }
            guard state.owner == nil || state.owner == owner || state.expiresAt <= now else {
                return .others(until: state.expiresAt)
            }
            state.owner = owner
            state.expiresAt = expiry
            return .ours
        }
    }

    /// Ends the lead.
    package func giveUp(as owner: String) async throws {
        try state.withLock { state in
            if let outage = state.outage { throw outage }
            if state.owner == owner { state.owner = nil }
        }
    }
}
