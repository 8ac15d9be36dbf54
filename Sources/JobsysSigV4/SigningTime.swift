package import FoundationEssentials
internal import JobsysTime

/// A date as signatures spell it, always UTC.
package struct SigningTime: Sendable, Hashable {
    /// Date and time: `20150830T123600Z`; fractions of a second are cut off.
    package let instant: String

    /// The date alone: `20150830`.
    package let day: String

    /// Spells a date; one outside the years 0 to 9999, which have four digits, becomes the nearest of these.
    package init(_ date: Date) {
        self.init(second: Self.second(of: date))
    }

    /// Spells a second since 1970 as ``second(of:)`` gives it.
    init(second: Int64) {
        let text = Timestamp(milliseconds: second * 1000).description
        // `2015-08-30T12:36:00` without its marks.
        let digits = text.utf8.prefix(19).filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") }
        instant = String(decoding: digits, as: UTF8.self) + "Z"
        day = String(instant.prefix(8))
    }

    /// The whole second since 1970 that a date lies in, within the years 0 to 9999.
    static func second(of date: Date) -> Int64 {
        Int64(min(max(date.timeIntervalSince1970, -62_167_219_200), 253_402_300_799).rounded(.down))
    }
}
