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
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        append(Int(year), width: 4, to: &bytes)
        for (mark, value) in [("-", month), ("-", day), ("T", hour), (":", minute), (":", second)] {
            bytes.append(contentsOf: mark.utf8)
            append(Int(value), width: 2, to: &bytes)
        }
        bytes.append(UInt8(ascii: "."))
        append(Int(fraction / 1000), width: 3, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ value: Int, width: Int, to bytes: inout [UInt8]) {
        let digits = String(value)
        for _ in 0..<max(0, width - digits.utf8.count) { bytes.append(UInt8(ascii: "0")) }
        bytes.append(contentsOf: digits.utf8)
    }
}
