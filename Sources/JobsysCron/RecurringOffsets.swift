import JobsysTime

/// Two offsets that follow each other every year, or one that holds for ever: the text at the end of a zone's file.
///
/// Source: RFC 9636, section 3.3.1; POSIX.1-2024, "Environment Variables", `TZ`.
struct RecurringOffsets: Sendable, Hashable {
    /// The offset of standard time, in seconds east of UTC.
    var standard: Int64
    /// What happens every year; nil if nothing does.
    var daylight: Daylight?

    /// The part of the year that has another offset.
    struct Daylight: Sendable, Hashable {
        var offset: Int64
        var start: Change
        var end: Change
    }

    /// When clocks are changed, by what they showed before.
    struct Change: Sendable, Hashable {
        var day: Day
        /// In seconds from midnight; may lie in another day.
        var time: Int64
    }

    /// A day that every year has.
    enum Day: Sendable, Hashable {
        /// From 1 to 365; the 29th of February does not count.
        case julian(Int64)
        /// From 0 to 365.
        case ordinal(Int64)
        /// A day of the week of a month; the fifth is the last.
        case weekday(Int64, nth: Int64, month: Int64)
    }

    func period(at second: Int64) -> IANATimeZone.Period {
        guard let daylight else { return .init(start: .min, end: .max, offset: standard) }
        let year = CalendarDate(daysSince1970: (second + standard).flooredDivision(by: 86400)).year
        var period = IANATimeZone.Period(start: .min, end: .max, offset: standard)
        for year in (year - 1)...(year + 1) {
            let changes = [
                (at: daylight.end.second(of: year) - daylight.offset, offset: standard),
                (at: daylight.start.second(of: year) - standard, offset: daylight.offset),
            ]
            // The sort is stable: where summer never ends, it begins last.
            for change in changes.sorted(by: { $0.at < $1.at }) {
                if change.at <= second {
                    period.start = change.at
                    period.offset = change.offset
                } else {
                    period.end = min(period.end, change.at)
                }
            }
        }
        return period
    }
}

extension RecurringOffsets.Change {
    /// The second of a year, on the clock, counted from 1970-01-01.
    func second(of year: Int64) -> Int64 {
        let first = CalendarDate(year: year, month: 1, day: 1)
        let day: Int64
        switch self.day {
        case .julian(let number):
            let isLeap = CalendarDate(year: year, month: 2, day: 1).daysInMonth == 29
            day = first.daysSince1970 + number - 1 + (isLeap && number >= 60 ? 1 : 0)
        case .ordinal(let number):
            day = first.daysSince1970 + number
        case .weekday(let weekday, let nth, let month):
            let start = CalendarDate(year: year, month: month, day: 1)
            let offset = (weekday - start.weekday + 7) % 7 + (nth - 1) * 7
            day = start.daysSince1970 + (offset < start.daysInMonth ? offset : offset - 7)
        }
        return day * 86400 + time
    }
}
