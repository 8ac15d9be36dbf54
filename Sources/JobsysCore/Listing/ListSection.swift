public import JobsysTime

/// The part of a list that is asked for.
public struct ListSection: Sendable, Hashable {
    /// Whose part of the list.
    public var tenant: String
    /// The earliest instant that belongs to it.
    public var since: Timestamp
    /// The first instant that is too late to belong to it.
    public var until: Timestamp
    /// Where the listing before ended; nil to begin with the newest element.
    public var position: ListPosition?
    /// The number of elements, at most.
    public var limit: Int

    /// Makes a section.
    public init(
        tenant: String = Submission.defaultTenant,
        since: Timestamp,
        until: Timestamp,
        after position: ListPosition? = nil,
        limit: Int
    ) {
        self.tenant = tenant
        self.since = since
        self.until = until
        self.position = position
        self.limit = limit
    }

    /// All that belongs to the section lies before this position.
    public var start: ListPosition {
        let latest = ListPosition(before: until)
        return position.map { min($0, latest) } ?? latest
    }

    /// All that belongs to the section lies at or behind this position.
    public var end: ListPosition { ListPosition(before: since) }
}
