public import JobsysTime

/// The part of a list that is asked for.
public struct ListSection: Sendable, Hashable {
    /// Whose part of the list; nil for everybody's.
    public var tenant: String?
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
        tenant: String? = nil,
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

    /// The part of it at which something can be, as it is at an instant: nothing is kept from before ``horizon``, and
    /// nothing is there that has yet to come.
    ///
    /// Whoever lists walks the time from the one end to the other, so what a client asks for is bounded first.
    public func bounded(at now: Timestamp) -> ListSection {
        var section = self
        section.since = max(since, now + (.zero - Self.horizon))
        section.until = min(until, now + Self.clockSkew)
        return section
    }

    /// How far back a list goes.
    ///
    /// A job waits for the longest delay, and is kept for a while after it has run. One that was redriven may be older; it
    /// is found by its id.
    public static let horizon = Submission.delayLimit + .seconds(94 * 86400)
    /// How far ahead of one instance's clock that of another may be without its newest jobs missing.
    public static let clockSkew = Duration.seconds(300)

    /// All that belongs to the section lies before this position.
    public var start: ListPosition {
        let latest = ListPosition(before: until)
        return position.map { min($0, latest) } ?? latest
    }

    /// All that belongs to the section lies at or behind this position.
    public var end: ListPosition { ListPosition(before: since) }
}

/// A place in a list that is ordered by time: between two elements, or an element's own.
public struct ListPosition: Sendable, Hashable, Comparable, LosslessStringConvertible {
    /// The time of the element.
    public var at: Timestamp
    /// What tells elements of the same time apart; empty for the place before all of them.
    public var id: String

    /// Makes the place of an element.
    public init(at: Timestamp, id: String) {
        self.at = at
        self.id = id
    }

    /// Makes the place before all elements of an instant.
    public init(before instant: Timestamp) {
        self.init(at: instant, id: "")
    }

    /// Reads the text that ``description`` writes; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let at = Timestamp(String(parts[0])) else { return nil }
        self.init(at: at, id: String(parts[1]))
    }

    /// The time and the id; texts sort as positions do.
    public var description: String { "\(at)#\(id)" }

    /// Whether a position is the older one.
    public static func < (left: ListPosition, right: ListPosition) -> Bool {
        left.at == right.at ? left.id < right.id : left.at < right.at
    }
}
