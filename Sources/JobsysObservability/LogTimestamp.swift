internal import FoundationEssentials
internal import Glibc

/// RFC 3339 in UTC with milliseconds.
enum LogTimestamp {
    static func text(of date: Date) -> String {
        // A Date is a double of seconds, exact to under a microsecond: rounding to that first keeps the millisecond.
        let microseconds = Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
        var (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        if fraction < 0 { (seconds, fraction) = (seconds - 1, fraction + 1_000_000) }
        var time = time_t(seconds)
        var parts = unsafe tm()
        guard unsafe gmtime_r(&time, &parts) != nil else { return "0000-00-00T00:00:00.000Z" }
        let (year, month, day) = unsafe (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday)
        let (hour, minute, second) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        append(Int(year), digits: 4, then: "-", to: &text)
        append(Int(month), digits: 2, then: "-", to: &text)
        append(Int(day), digits: 2, then: "T", to: &text)
        append(Int(hour), digits: 2, then: ":", to: &text)
        append(Int(minute), digits: 2, then: ":", to: &text)
        append(Int(second), digits: 2, then: ".", to: &text)
        append(Int(fraction / 1000), digits: 3, then: "Z", to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private static func append(_ value: Int, digits: Int, then mark: Unicode.Scalar, to text: inout [UInt8]) {
        var divisor = digits == 4 ? 1000 : digits == 3 ? 100 : 10
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8((value / divisor % 10).magnitude))
            divisor /= 10
        }
        text.append(UInt8(ascii: mark))
    }
}
