package import FoundationEssentials

/// A date as signatures spell it, always UTC.
package struct SigningTime: Sendable, Hashable {
    /// Date and time: `20150830T123600Z`; fractions of a second are cut off.
    package let instant: String

    /// The date alone: `20150830`.
    package var day: String {
        String(instant.prefix(8))
    }

    package init(_ date: Date) {
        let seconds = Int(date.timeIntervalSince1970.rounded(.down))
        let (days, second) = Self.divide(seconds, by: 86_400)
        let (year, month, day) = Self.civil(daysSince1970: days)
        instant =
            "\(Self.padded(year, to: 4))\(Self.padded(month))\(Self.padded(day))"
            + "T\(Self.padded(second / 3600))\(Self.padded(second / 60 % 60))\(Self.padded(second % 60))Z"
    }

    /// The Gregorian date of a day, by counting in 400-year eras that begin on a 1 March.
    private static func civil(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = divide(daysSince1970 + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    private static func divide(_ value: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ value: Int, to width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
