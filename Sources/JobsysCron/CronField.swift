/// One of the five fields of a cron expression.
enum CronField: Int, CaseIterable {
    case minute, hour, dayOfMonth, month, dayOfWeek

    /// What errors call it.
    var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of the month"
        case .month: "month"
        case .dayOfWeek: "day of the week"
        }
    }

    /// The numbers that it may have; Sunday is both 0 and 7.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// What `*` stands for.
    var all: ClosedRange<Int> { self == .dayOfWeek ? 0...6 : range }

    /// The words that stand for the first numbers of the range.
    var words: [String] {
        switch self {
        case .minute, .hour, .dayOfMonth: []
        case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        }
    }

    /// What errors say that a value must be.
    var expected: String {
        let numbers = "a number from \(range.lowerBound) to \(range.upperBound)"
        guard let first = words.first, let last = words.last else { return numbers }
        return "\(numbers), or a name from \(first) to \(last)"
    }
}

/// What a field asks for.
struct CronValues: Sendable, Hashable {
    /// A bit for each number; Sunday is 0.
    var numbers: UInt64 = 0
    /// Whether the last day of a month is asked for.
    var lastDay = false
    /// A bit for each day of the week whose last one of a month is asked for.
    var lastWeekdays: UInt8 = 0
    /// For the first to the fifth of a month, a bit for each day of the week.
    var nthWeekdays: [UInt8] = [0, 0, 0, 0, 0]
    /// Whether the field begins with `*`: then it restricts nothing by itself, whatever its step.
    var beginsWithStar = false

    func contains(_ number: Int) -> Bool { numbers >> UInt64(number) & 1 == 1 }

    /// The first number from `start` on; nil if there is none.
    func first(from start: Int) -> Int? {
        guard start < 64 else { return nil }
        let rest = numbers >> UInt64(start)
        return rest == 0 ? nil : start + rest.trailingZeroBitCount
    }
}

extension CronValues {
    mutating func insert(_ number: Int, of field: CronField) {
        numbers |= 1 << UInt64(field == .dayOfWeek && number == 7 ? 0 : number)
    }

    /// Whether a day is asked for by its place in the month.
    func matchesDay(_ day: Int, of length: Int) -> Bool {
        contains(day) || lastDay && day == length
    }

    /// Whether a day is asked for by its place in the week.
    func matchesWeekday(_ weekday: Int, day: Int, of length: Int) -> Bool {
        let bit = UInt8(1) << UInt8(weekday)
        return contains(weekday) || nthWeekdays[(day - 1) / 7] & bit != 0
            || day > length - 7 && lastWeekdays & bit != 0
    }
}
