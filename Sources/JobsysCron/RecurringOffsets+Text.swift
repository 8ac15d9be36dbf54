extension RecurringOffsets {
    /// Reads the text, such as `CET-1CEST,M3.5.0,M10.5.0/3`; nil for anything else.
    init?(_ text: some StringProtocol) {
        var scanner = Scanner(rest: Array(text.utf8)[...])
        guard scanner.skipName(), let west = scanner.time(limit: 24) else { return nil }
        standard = -west
        guard !scanner.rest.isEmpty else { return }
        guard scanner.skipName() else { return nil }
        var offset = standard + 3600
        if scanner.rest.first != UInt8(ascii: ",") {
            guard let west = scanner.time(limit: 24) else { return nil }
            offset = -west
        }
        guard scanner.skip(","), let start = scanner.change(), scanner.skip(","), let end = scanner.change(),
            scanner.rest.isEmpty
        else { return nil }
        daylight = Daylight(offset: offset, start: start, end: end)
    }
}

/// Takes a text apart from its beginning.
private struct Scanner {
    var rest: ArraySlice<UInt8>

    mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        return true
    }

    /// Skips a zone's abbreviation: three letters or more, or anything between angle brackets.
    mutating func skipName() -> Bool {
        if skip("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(end + 1)...]
            return true
        }
        let letters = rest.prefix { (0x61...0x7a).contains($0 | 0x20) }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...3).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        let number = digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        return range.contains(number) ? number : nil
    }

    /// Reads hours, and minutes and seconds if they are there, with or without a sign.
    mutating func time(limit: Int64) -> Int64? {
        let isNegative = skip("-")
        if !isNegative { _ = skip("+") }
        guard var seconds = number(0...limit).map({ $0 * 3600 }) else { return nil }
        for unit in [60, 1] as [Int64] where skip(":") {
            guard let part = number(0...59) else { return nil }
            seconds += part * unit
        }
        return isNegative ? -seconds : seconds
    }

    mutating func change() -> RecurringOffsets.Change? {
        guard let day = day() else { return nil }
        guard skip("/") else { return RecurringOffsets.Change(day: day, time: 7200) }
        return time(limit: 167).map { RecurringOffsets.Change(day: day, time: $0) }
    }

    private mutating func day() -> RecurringOffsets.Day? {
        if skip("J") { return number(1...365).map { .julian($0) } }
        guard skip("M") else { return number(0...365).map { .ordinal($0) } }
        guard let month = number(1...12), skip("."), let nth = number(1...5), skip("."), let weekday = number(0...6)
        else {
            return nil
        }
        return .weekday(weekday, nth: nth, month: month)
    }
}
