import JobsysTime

/// A cron expression of five fields: minute, hour, day of the month, month, day of the week.
///
/// Fields are read as Vixie's cron reads them, with lists, ranges, steps and English names, and beside these `L` and `#` as
/// Quartz has them. If both days are restricted, which is so unless one of them begins with `*`, either of them is enough.
///
/// Source: crontab(5); Quartz, "Cron Trigger Tutorial".
public struct CronExpression: Sendable, Hashable, CustomStringConvertible {
    /// The text that it was read from.
    public let description: String
    private let minutes: CronValues
    private let hours: CronValues
    private let days: CronValues
    private let months: CronValues
    private let weekdays: CronValues

    /// The longest text.
    static let limit = 256
    /// After so many years the calendar, with its days of the week, comes again.
    static let cycle: Int64 = 400 * 365 + 97

    private static let aliases = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    /// Reads an expression.
    ///
    /// - Throws: An error for what is no expression, and for one of a day that no month has.
    public init(_ text: String) throws(TimingError) {
        guard text.utf8.count <= Self.limit else {
            throw TimingError(.cron, "the expression has \(text.utf8.count) bytes; expected \(Self.limit) at most")
        }
        description = text
        var expression = text
        if text.first == "@" {
            guard let fields = Self.aliases[text.lowercased()] else {
                let known = Self.aliases.keys.sorted().joined(separator: ", ")
                throw TimingError(.cron, "\"\(text)\" is no name of an expression; expected one of \(known)")
            }
            expression = fields
        }
        let fields = expression.split { $0 == " " || $0 == "\t" }
        guard fields.count == CronField.allCases.count else {
            throw TimingError(
                .cron,
                "the expression has \(fields.count) fields; expected five: minute, hour, day of the month, month and day "
                    + "of the week, such as 0 2 * * * for every night at two"
            )
        }
        var values: [CronValues] = []
        for field in CronField.allCases {
            values.append(
                try CronFieldParser(field: field, text: fields[field.rawValue], expression: expression).values()
            )
        }
        (minutes, hours, days, months, weekdays) = (values[0], values[1], values[2], values[3], values[4])
        guard firstMatch(from: 0, before: Self.cycle * 1440) != nil else {
            throw TimingError(.cron, "the expression never fires: no month that it names has such a day")
        }
    }

    /// Whether it follows the clock on the wall through changes of its offset, rather than to fire at hours of its own.
    ///
    /// Debian's cron tells them apart by the `*` that minute or hour begin with.
    var followsClock: Bool { minutes.beginsWithStar || hours.beginsWithStar }

    /// The first time that it names in a range, each counted in minutes of a calendar without zones since 1970-01-01.
    func firstMatch(from start: Int64, before end: Int64) -> Int64? {
        var day = start.flooredDivision(by: 1440)
        var minute = Int(start - day * 1440)
        while day * 1440 < end {
            let date = CalendarDate(daysSince1970: day)
            guard months.contains(Int(date.month)) else {
                day = date.startOfNextMonth.daysSince1970
                minute = 0
                continue
            }
            if matches(date), let match = firstMinute(from: minute) {
                let time = day * 1440 + Int64(match)
                return time < end ? time : nil
            }
            day += 1
            minute = 0
        }
        return nil
    }

    private func matches(_ date: CalendarDate) -> Bool {
        let day = Int(date.day)
        let length = Int(date.daysInMonth)
        let matchesDay = days.matchesDay(day, of: length)
        let matchesWeekday = weekdays.matchesWeekday(Int(date.weekday), day: day, of: length)
        return days.beginsWithStar || weekdays.beginsWithStar
            ? matchesDay && matchesWeekday : matchesDay || matchesWeekday
    }

    /// The first minute of a day from one on; nil if there is none.
    private func firstMinute(from start: Int) -> Int? {
        let hour = start / 60
        if hours.contains(hour), let minute = minutes.first(from: start % 60) { return hour * 60 + minute }
        guard let next = hours.first(from: hour + 1), let minute = minutes.first(from: 0) else { return nil }
        return next * 60 + minute
    }
}
