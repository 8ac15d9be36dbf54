public import JobsysTime

/// Where the workers settle which of them leads.
///
/// Two may lead for a moment, when a clock is wrong or a process was stopped for long: what a leader does must be
/// harmless if it is done twice.
public protocol LeaderLeases: Sendable {
    /// Takes the lead until `expiry`, or keeps it, unless somebody else leads at `now`: one conditional write.
    ///
    /// - Throws: ``DependencyError``; the lead may have been taken then.
    func take(as owner: String, at now: Timestamp, until expiry: Timestamp) async throws -> Leadership

    /// Ends the lead, so that another may take it at once; does nothing if somebody else leads.
    ///
    /// - Throws: ``DependencyError``.
    func giveUp(as owner: String) async throws
}

/// Who leads.
public enum Leadership: Sendable, Hashable {
    /// Who asked.
    case ours
    /// Somebody else, until then at least.
    case others(until: Timestamp)
}
