public import JobsysTime

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
