package import FoundationEssentials

/// A date as signatures spell it, always UTC.
package struct SigningTime: Sendable, Hashable {
    /// Date and time: `20150830T123600Z`; fractions of a second are cut off.
    package let instant: String

    /// The date alone: `20150830`.
    package let day: String

    /// Spells a date; one outside the years 0 to 9999, which have four digits, becomes the nearest of these.
    package init(_ date: Date) {
        let seconds = Int(min(max(date.timeIntervalSince1970, -62_167_219_200), 253_402_300_799).rounded(.down))
        let (days, second) = Self.divide(seconds, by: 86_400)
        let (year, month, day) = Self.civil(daysSince1970: days)
        self.day = Self.digits(of: (year * 100 + month) * 100 + day, count: 8)
        let time = (second / 3600 * 100 + second / 60 % 60) * 100 + second % 60
        instant = self.day + "T" + Self.digits(of: time, count: 6) + "Z"
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

    private static func digits(of value: Int, count: Int) -> String {
        unsafe String(unsafeUninitializedCapacity: count) { digits in
            var rest = value
            for index in stride(from: count - 1, through: 0, by: -1) {
                unsafe digits.initializeElement(at: index, to: UInt8(ascii: "0") + UInt8(rest % 10))
                rest /= 10
            }
            return count
        }
    }
}
