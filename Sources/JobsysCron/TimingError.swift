/// Why no times can be told by an expression, an interval or a zone.
///
/// The text says what is wrong, where, and what was expected instead.
public struct TimingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which part of a schedule is wrong.
    public enum Part: String, Sendable, Hashable {
        /// The cron expression.
        case cron
        /// The interval.
        case every
        /// The time zone.
        case timeZone
    }

    /// Which part is wrong.
    public let part: Part
    /// What is wrong, where, and what was expected.
    public let description: String

    /// Makes an error.
    public init(_ part: Part, _ description: String) {
        self.part = part
        self.description = description
    }
}
