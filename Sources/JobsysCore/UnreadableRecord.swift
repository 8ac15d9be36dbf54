/// A record that this version cannot read: a newer version has written it, or it was damaged.
///
/// It is one record's fault and never that of the store: whatever else there is goes on.
public struct UnreadableRecord: Error, Sendable, Hashable, CustomStringConvertible {
    /// The record's key in the store.
    public var key: String
    /// What cannot be read, such as `status is not a status that this version knows`.
    public var finding: String
    /// Whether a newer version may be able to read it.
    public var isNewer: Bool

    /// Makes an error.
    public init(key: String, finding: String, isNewer: Bool) {
        self.key = key
        self.finding = finding
        self.isNewer = isNewer
    }

    /// The key and the finding.
    public var description: String { "\(key): \(finding)" }
}
