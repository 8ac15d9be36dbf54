/// Reads one field of a cron expression.
///
/// Every number is held against its bounds before anything is made of it.
struct CronFieldParser {
    let field: CronField
    let text: Substring
    /// The expression that the field is part of.
    let expression: String

    func values() throws(TimingError) -> CronValues {
        var values = CronValues()
        values.beginsWithStar = text.first == "*"
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard !item.isEmpty else {
                throw failure(item, "there is nothing between two commas; expected \(field.expected)")
            }
            try read(item, into: &values)
        }
        return values
    }

    private func read(_ item: Substring, into values: inout CronValues) throws(TimingError) {
        if try readLast(item, into: &values) { return }
        if try readNth(item, into: &values) { return }
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let range = try range(parts[0], isStepped: parts.count == 2)
        let step = parts.count == 2 ? try self.step(parts[1]) : 1
        for number in stride(from: range.lowerBound, through: range.upperBound, by: step) {
            values.insert(number, of: field)
        }
    }

    /// Reads `L` as a day of the month, or a day of the week followed by it.
    private func readLast(_ item: Substring, into values: inout CronValues) throws(TimingError) -> Bool {
        guard item.last == "L" || item.last == "l" else { return false }
        switch field {
        case .dayOfMonth where item.count == 1:
            values.lastDay = true
        case .dayOfWeek where item.count > 1:
            values.lastWeekdays |= 1 << UInt8(try number(item.dropLast()) % 7)
        case .dayOfWeek:
            throw failure(item, "L has no day before it; expected a day such as 5L for the last Friday of the month")
        case .dayOfMonth:
            throw failure(item, "L stands alone in this field; expected L for the last day of the month")
        case .minute, .hour, .month:
            throw failure(item, "L has no meaning in this field; expected \(field.expected)")
        }
        return true
    }

    /// Reads the nth day of the week of a month, such as `1#2`.
    private func readNth(_ item: Substring, into values: inout CronValues) throws(TimingError) -> Bool {
        guard let mark = item.firstIndex(of: "#") else { return false }
        guard field == .dayOfWeek else {
            throw failure(item, "# has a meaning for days of the week alone; expected \(field.expected)")
        }
        let text = item[item.index(after: mark)...]
        guard let nth = digits(text), (1...5).contains(nth) else {
            throw failure(
                text,
                "expected a number from 1 to 5 behind #, such as 1#2 for the second Monday of the month"
            )
        }
        values.nthWeekdays[nth - 1] |= 1 << UInt8(try number(item[..<mark]) % 7)
        return true
    }

    private func range(_ text: Substring, isStepped: Bool) throws(TimingError) -> ClosedRange<Int> {
        if text == "*" { return field.all }
        guard let dash = text.firstIndex(of: "-") else {
            let start = try number(text)
            return isStepped ? start...max(start, field.all.upperBound) : start...start
        }
        let lower = try number(text[..<dash])
        var upper = try number(text[text.index(after: dash)...])
        // A week may end with Sunday, whatever its number.
        if field == .dayOfWeek, upper == 0, lower > 0 { upper = 7 }
        guard lower <= upper else {
            throw failure(
                text,
                "the range ends before it begins; expected the lower end first, or two ranges with a comma"
            )
        }
        return lower...upper
    }

    private func step(_ text: Substring) throws(TimingError) -> Int {
        let limit = field.range.upperBound
        guard let step = digits(text), (1...limit).contains(step) else {
            throw failure(text, "expected a step from 1 to \(limit) behind /")
        }
        return step
    }

    private func number(_ text: Substring) throws(TimingError) -> Int {
        if let index = field.words.firstIndex(of: text.lowercased()) { return field.range.lowerBound + index }
        guard let number = digits(text), field.range.contains(number) else {
            throw failure(text, "expected \(field.expected)")
        }
        return number
    }

    /// The number that digits write; nil for anything else, and for one that is too large for any field.
    private func digits(_ text: Substring) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private func failure(_ part: Substring, _ problem: String) -> TimingError {
        let place = expression.distance(from: expression.startIndex, to: part.startIndex) + 1
        let shown = part.count > 20 ? "\(part.prefix(20))…" : String(part)
        return TimingError(.cron, "\(field.name), character \(place), \"\(shown)\": \(problem)")
    }
}
