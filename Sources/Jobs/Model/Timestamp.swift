import FoundationEssentials
import Glibc

/// An instant in UTC, exact to the millisecond, as jobs record it.
///
/// Its text is RFC 3339 with exactly three fractional digits, so that texts sort as the instants do.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var milliseconds: Int64

    /// Makes an instant from milliseconds since 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The wall clock's time.
    public static func now() -> Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Seconds since 1970-01-01T00:00:00Z, rounded down.
    public var seconds: Int64 {
        milliseconds.flooredDivision(by: 1000)
    }

    /// The time from an earlier instant to this one; negative if `earlier` is later.
    public func duration(since earlier: Timestamp) -> Duration {
        .milliseconds(milliseconds - earlier.milliseconds)
    }

    /// Whether an instant is the earlier one.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The instant a duration later, rounded up to a whole millisecond.
    public static func + (instant: Timestamp, duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        // Division cuts towards zero, which is up already where the duration is negative.
        let fraction = (attoseconds + (attoseconds > 0 ? 999_999_999_999_999 : 0)) / 1_000_000_000_000_000
        return Timestamp(milliseconds: instant.milliseconds + seconds * 1000 + fraction)
    }
}

extension Timestamp: CustomStringConvertible {
    /// The RFC 3339 text, such as `2026-11-21T11:08:00.123Z`.
    public var description: String {
        // Foundation writes whole seconds only: as a floating-point number, a fraction may lose its last millisecond.
        let second = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        let fraction = String(milliseconds - seconds * 1000)
        return second.dropLast() + "." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction + "Z"
    }

    /// The day in UTC, such as `2026-11-21`.
    public var day: String {
        String(description.prefix(10))
    }

    /// Reads the text that ``description`` writes; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let fraction = Int64(parts[1].dropLast()) else { return nil }
        // A text that Foundation cannot read is no timestamp: that is all the caller asks.
        guard let second = try? Date("\(parts[0])Z", strategy: .iso8601) else { return nil }
        let instant = Timestamp(milliseconds: Int64(second.timeIntervalSince1970) * 1000 + fraction)
        // Foundation is lenient; only what reads back as it was written is a timestamp.
        guard instant.description == text else { return nil }
        self = instant
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
