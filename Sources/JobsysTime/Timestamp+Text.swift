extension Timestamp: CustomStringConvertible {
    /// The RFC 3339 text, such as `2026-11-21T11:08:00.123Z`.
    public var description: String {
        let days = milliseconds.flooredDivision(by: 86_400_000)
        let date = CalendarDate(daysSince1970: days)
        let rest = milliseconds - days * 86_400_000
        var text: [UInt8] = []
        text.reserveCapacity(24)
        text.append(date.year, digits: 4, then: "-")
        text.append(date.month, digits: 2, then: "-")
        text.append(date.day, digits: 2, then: "T")
        text.append(rest / 3_600_000, digits: 2, then: ":")
        text.append(rest / 60_000 % 60, digits: 2, then: ":")
        text.append(rest / 1000 % 60, digits: 2, then: ".")
        text.append(rest % 1000, digits: 3, then: "Z")
        return String(decoding: text, as: UTF8.self)
    }

    /// The day in UTC, such as `2026-11-21`.
    public var day: String {
        String(description.prefix(10))
    }

    /// Reads the text that ``description`` writes; nil for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 24, bytes[10] == UInt8(ascii: "T"), bytes[19] == UInt8(ascii: "."),
            bytes[23] == UInt8(ascii: "Z"), let second = secondsSince1970(bytes[0..<19]),
            let millisecond = number(bytes[20..<23])
        else { return nil }
        self.init(milliseconds: second * 1000 + millisecond)
    }

    /// Reads any time of RFC 3339, as clients write it; nil for anything else, and for one that lies, in UTC, outside the
    /// years 0000 to 9999.
    ///
    /// With or without a fraction, in UTC or at an offset; what is finer than a millisecond is cut off. A leap second is
    /// none that the clocks of computers count, and not taken.
    ///
    /// Source: RFC 3339, section 5.6.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, let second = secondsSince1970(bytes[0..<19]) else { return nil }
        var rest = bytes[19...]
        var fraction: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { isDigit($0) }
            guard !digits.isEmpty, let value = number((digits.prefix(3) + [0x30, 0x30]).prefix(3)) else { return nil }
            fraction = value
            rest = rest.dropFirst(1 + digits.count)
        }
        guard let offset = minutesEast(rest) else { return nil }
        let milliseconds = second * 1000 + fraction - offset * 60_000
        guard Self.range.contains(milliseconds) else { return nil }
        self.init(milliseconds: milliseconds)
    }
}

/// Reads an offset: `Z`, or a sign, hours and minutes.
private func minutesEast(_ text: ArraySlice<UInt8>) -> Int64? {
    let bytes = Array(text)
    if bytes == [UInt8(ascii: "Z")] || bytes == [UInt8(ascii: "z")] { return 0 }
    guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = number(bytes[1..<3]),
        let minutes = number(bytes[4..<6]), hours < 24, minutes < 60
    else { return nil }
    switch bytes[0] {
    case UInt8(ascii: "+"): return hours * 60 + minutes
    case UInt8(ascii: "-"): return -(hours * 60 + minutes)
    default: return nil
    }
}

/// Reads a date and a time of 19 bytes, such as `2026-11-21T11:08:00`; the `T` may be a small one.
private func secondsSince1970(_ bytes: ArraySlice<UInt8>) -> Int64? {
    guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] | 0x20 == UInt8(ascii: "t"),
        bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
        let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
        let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
        hour < 24, minute < 60, second < 60
    else { return nil }
    let date = CalendarDate(year: year, month: month, day: day)
    // There are no days but those that a count of days leads to.
    guard CalendarDate(daysSince1970: date.daysSince1970) == date else { return nil }
    return ((date.daysSince1970 * 24 + hour) * 60 + minute) * 60 + second
}

/// The number that some digits are; nil if one of them is none.
private func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var number: Int64 = 0
    for digit in digits {
        guard isDigit(digit) else { return nil }
        number = number * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    return number
}

private func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
}

extension [UInt8] {
    /// Appends a number with leading zeros, and what comes after it.
    fileprivate mutating func append(_ number: Int64, digits: Int, then mark: Unicode.Scalar) {
        var divisor: Int64 = digits == 4 ? 1000 : digits == 3 ? 100 : 10
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
        append(UInt8(ascii: mark))
    }
}

extension Duration {
    /// Reads a whole number and a unit, `s`, `m`, `h` or `d`, such as `30d`; nil for anything else, and for what is too long
    /// to be counted in seconds.
    ///
    /// It is no initializer: beside one of `Duration`'s, an optimizing compiler finds another `timespec` than Glibc's.
    public static func parsing(_ text: String) -> Duration? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        let digits = text.dropLast()
        guard let unit = text.last.flatMap({ units[$0] }), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int64(digits), case (let seconds, let overflow) = number.multipliedReportingOverflow(by: unit),
            !overflow
        else { return nil }
        return .seconds(seconds)
    }
}

extension Timestamp {
    /// Reads a date of HTTP's header fields, such as `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else, and for the
    /// years before 1970.
    ///
    /// Source: RFC 9110, section 5.6.7, the form that servers must send.
    public init?(httpDate text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].count == 4, parts[0].hasSuffix(","), parts[1].count == 2,
            let month = months.firstIndex(of: String(parts[2])), parts[3].count == 4, parts[3] >= "1970",
            parts[4].count == 8, parts[5] == "GMT"
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        self.init(rfc3339: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}

private let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
