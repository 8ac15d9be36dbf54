/// A day of the Gregorian calendar.
///
/// https://howardhinnant.github.io/date_algorithms.html explains the arithmetic: years begin in March, so that the day
/// that comes and goes is the last one.
package struct CalendarDate: Sendable, Hashable {
    /// The year, such as 2026.
    package var year: Int64
    /// From 1 to 12.
    package var month: Int64
    /// From 1.
    package var day: Int64

    private static let daysOf400Years: Int64 = 146_097
    /// From 0000-03-01 to 1970-01-01.
    private static let daysBefore1970: Int64 = 719_468

    /// Makes a day of its parts; which of them there are in the calendar is not checked.
    package init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Makes the day that lies so many days behind 1970-01-01.
    package init(daysSince1970: Int64) {
        let days = daysSince1970 + Self.daysBefore1970
        let era = days.flooredDivision(by: Self.daysOf400Years)
        let dayOfEra = days - era * Self.daysOf400Years
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// How many days the day lies behind 1970-01-01.
    package var daysSince1970: Int64 {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = yearFromMarch.flooredDivision(by: 400)
        let yearOfEra = yearFromMarch - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.daysOf400Years + dayOfEra - Self.daysBefore1970
    }
    /// The day of the week, from 0 for Sunday.
    package var weekday: Int64 {
        let days = daysSince1970 + 4
        return days - days.flooredDivision(by: 7) * 7
    }

    /// How many days its month has.
    package var daysInMonth: Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The first day of the month that follows.
    package var startOfNextMonth: CalendarDate {
        month == 12
            ? CalendarDate(year: year + 1, month: 1, day: 1)
            : CalendarDate(year: year, month: month + 1, day: 1)
    }
}
