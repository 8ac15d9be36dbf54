public import JobsysTime

/// A change that somebody made, or tried to make.
public struct AuditEntry: Sendable, Hashable {
    /// A name that no other entry has.
    public var id: String
    /// When it was answered.
    public var at: Timestamp
    /// Who it was, as logs call them.
    public var principal: String
    /// The tenant that they are bound to; nil for an operator.
    public var tenant: String?
    /// What they asked for, such as `job.cancel`.
    public var action: String
    /// What it was to be done to, such as `job:<id>`; nil if the action says it all.
    public var subject: String?
    /// The address that the request came from, as far as it is known.
    public var address: String?
    /// The request, as the log calls it; nil for what was not asked of the API.
    public var requestID: String?
    /// The HTTP status that it was answered with, or would have been.
    public var status: Int

    /// Makes an entry.
    public init(
        id: String,
        at: Timestamp,
        principal: String,
        tenant: String? = nil,
        action: String,
        subject: String? = nil,
        address: String? = nil,
        requestID: String? = nil,
        status: Int
    ) {
        self.id = id
        self.at = at
        self.principal = principal
        self.tenant = tenant
        self.action = action
        self.subject = subject
        self.address = address
        self.requestID = requestID
        self.status = status
    }

    /// Where it stands in the list.
    public var position: ListPosition { ListPosition(at: at, id: id) }
}

/// Which entries of the audit trail are asked for.
public struct AuditQuery: Sendable, Hashable {
    /// From when, and how many; the trail is nobody's alone, so its tenant does not count.
    public var section: ListSection
    /// Who asked for the change; nil for anybody.
    public var principal: String?
    /// What they asked for; nil for anything.
    public var action: String?
    /// What it was to be done to; nil for anything.
    public var subject: String?

    /// Makes a query.
    public init(
        _ section: ListSection,
        principal: String? = nil,
        action: String? = nil,
        subject: String? = nil
    ) {
        self.section = section
        self.principal = principal
        self.action = action
        self.subject = subject
    }

    /// Whether an entry of the section's time is asked for.
    public func matches(_ entry: AuditEntry) -> Bool {
        (principal == nil || entry.principal == principal) && (action == nil || entry.action == action)
            && (subject == nil || entry.subject == subject)
    }
}

/// What people and keys have changed.
///
/// All calls throw ``DependencyError``, or `CancellationError`; a write may then have happened or not.
public protocol AuditTrail: Sendable {
    /// Notes an entry.
    func record(_ entry: AuditEntry) async throws

    /// Lists entries, newest first; those of the last second or so may be missing.
    ///
    /// Where few of many entries are asked for, a listing may have less than its limit, or none, and lead on all the same.
    func entries(_ query: AuditQuery) async throws -> Listing<AuditEntry>
}
