import Glibc

/// An instant in UTC, exact to the millisecond, in the years 0000 to 9999: those that its text can name.
///
/// Its text is RFC 3339 with exactly three fractional digits, so that texts sort as the instants do. What would be
/// earlier than ``earliest`` or later than ``latest`` is that instant.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// Makes an instant from milliseconds since 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, Self.range.lowerBound), Self.range.upperBound)
    }

    /// The first instant: 0000-01-01T00:00:00.000Z.
    public static let earliest = Timestamp(milliseconds: range.lowerBound)
    /// The last instant: 9999-12-31T23:59:59.999Z.
    public static let latest = Timestamp(milliseconds: range.upperBound)

    /// The milliseconds that have a text.
    static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

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
        // More than from the first instant to the last, and few enough to be counted in milliseconds.
        let limit: Int64 = 400_000_000_000
        // Division cuts towards zero, which is up already where the duration is negative.
        let fraction = (attoseconds + (attoseconds > 0 ? 999_999_999_999_999 : 0)) / 1_000_000_000_000_000
        return Timestamp(milliseconds: instant.milliseconds + min(max(seconds, -limit), limit) * 1000 + fraction)
    }
}

extension Int64 {
    /// The quotient, rounded down.
    package func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
