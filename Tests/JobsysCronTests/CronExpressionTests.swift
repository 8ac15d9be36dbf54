import JobsysTime
import Testing

@testable import JobsysCron

@Suite("Cron expressions")
struct CronExpressionTests {
    private func next(_ cron: String, after instant: String, count: Int = 3) throws -> [String] {
        let recurrence = try Recurrence(cron: CronExpression(cron), in: .utc)
        return recurrence.next(count, after: try #require(Timestamp(rfc3339: instant)))
            .map { String($0.description.prefix(16)) }
    }

    @Test(
        "Fields take numbers, names, ranges, steps, lists, L and #",
        arguments: [
            ("0 2 * * *", "2026-11-29T02:00", "2026-11-30T02:00", "2026-12-01T02:00"),
            ("*/20 0 * * *", "2026-11-29T00:20", "2026-11-29T00:40", "2026-11-30T00:00"),
            ("5/25 9-17/8 * * MON-fri", "2026-11-30T09:05", "2026-11-30T09:30", "2026-11-30T09:55"),
            ("0 0 L * *", "2026-11-30T00:00", "2026-12-31T00:00", "2027-01-31T00:00"),
            ("0 0 L,15 2 *", "2027-02-15T00:00", "2027-02-28T00:00", "2028-02-15T00:00"),
            ("0 0 * * 5L", "2026-12-25T00:00", "2027-01-29T00:00", "2027-02-26T00:00"),
            ("0 0 * * sunl", "2026-12-27T00:00", "2027-01-31T00:00", "2027-02-28T00:00"),
            ("0 0 * * tue#5", "2026-12-29T00:00", "2027-03-30T00:00", "2027-06-29T00:00"),
            ("0 0 * * fri-sun", "2026-12-04T00:00", "2026-12-05T00:00", "2026-12-06T00:00"),
            ("0 0 * * 0,7", "2026-12-06T00:00", "2026-12-13T00:00", "2026-12-20T00:00"),
            ("0 0 13 * fri", "2026-12-04T00:00", "2026-12-11T00:00", "2026-12-13T00:00"),
            ("0 0 29 2 *", "2028-02-29T00:00", "2032-02-29T00:00", "2036-02-29T00:00"),
            ("0 0 29 2 */7", "2032-02-29T00:00", "2060-02-29T00:00", "2088-02-29T00:00"),
            ("  0\t0  1 JAN,dec * ", "2026-12-01T00:00", "2027-01-01T00:00", "2027-12-01T00:00"),
            ("@Daily", "2026-11-30T00:00", "2026-12-01T00:00", "2026-12-02T00:00"),
            ("@hourly", "2026-11-29T01:00", "2026-11-29T02:00", "2026-11-29T03:00"),
            ("@weekly", "2026-12-06T00:00", "2026-12-13T00:00", "2026-12-20T00:00"),
            ("@monthly", "2026-12-01T00:00", "2027-01-01T00:00", "2027-02-01T00:00"),
            ("@yearly", "2027-01-01T00:00", "2028-01-01T00:00", "2029-01-01T00:00"),
        ]
    )
    func reads(cron: String, first: String, second: String, third: String) throws {
        #expect(try next(cron, after: "2026-11-29T00:00:00Z") == [first, second, third])
    }

    @Test("An instant that fires is not its own next one, to the millisecond")
    func next() throws {
        #expect(try next("0 * * * *", after: "2026-11-29T01:00:00Z", count: 1) == ["2026-11-29T02:00"])
        #expect(try next("0 * * * *", after: "2026-11-29T00:59:59.999Z", count: 1) == ["2026-11-29T01:00"])
        #expect(try next("* * * * *", after: "2026-11-29T01:00:00.001Z", count: 1) == ["2026-11-29T01:01"])
    }

    @Test("The calendar's end is the end of all times")
    func end() throws {
        #expect(try next("0 0 1 1 *", after: "9998-06-01T00:00:00Z") == ["9999-01-01T00:00"])
    }

    @Test(
        "What is wrong is named with its place, and with what was expected",
        arguments: [
            ("0 25 * * *", "hour, character 3, \"25\": expected a number from 0 to 23"),
            ("-1 * * * *", "minute, character 1, \"\": expected a number from 0 to 59"),
            ("0 0 0 * *", "day of the month, character 5, \"0\": expected a number from 1 to 31"),
            ("0 0 * 13 *", "month, character 7, \"13\": expected a number from 1 to 12, or a name from jan to dec"),
            (
                "0 0 * * mo",
                "day of the week, character 9, \"mo\": expected a number from 0 to 7, or a name from sun to sat"
            ),
            (
                "0 0 1--100000000 * *",
                "day of the month, character 7, \"-100000000\": expected a number from 1 to 31"
            ),
            ("0 0 1-100000000 * *", "day of the month, character 7, \"100000000\": expected a number from 1 to 31"),
            (
                "99999999999999999999999 * * * *",
                "minute, character 1, \"99999999999999999999…\": expected a number from 0 to 59"
            ),
            ("*/0 * * * *", "minute, character 3, \"0\": expected a step from 1 to 59 behind /"),
            ("* */24 * * *", "hour, character 5, \"24\": expected a step from 1 to 23 behind /"),
            ("*/ * * * *", "minute, character 3, \"\": expected a step from 1 to 59 behind /"),
            ("*/5/2 * * * *", "minute, character 3, \"5/2\": expected a step from 1 to 59 behind /"),
            (
                "30-20 * * * *",
                "minute, character 1, \"30-20\": the range ends before it begins; expected the lower end first, or two "
                    + "ranges with a comma"
            ),
            (
                "1,,2 * * * *",
                "minute, character 3, \"\": there is nothing between two commas; expected a number from 0 to 59"
            ),
            ("L * * * *", "minute, character 1, \"L\": L has no meaning in this field; expected a number from 0 to 59"),
            (
                "0 0 3L * *",
                "day of the month, character 5, \"3L\": L stands alone in this field; expected L for the last day of the month"
            ),
            (
                "0 0 * * L",
                "day of the week, character 9, \"L\": L has no day before it; expected a day such as 5L for the last Friday "
                    + "of the month"
            ),
            (
                "0 0 * * 9L",
                "day of the week, character 9, \"9\": expected a number from 0 to 7, or a name from sun to sat"
            ),
            (
                "0 0 * * 1#6",
                "day of the week, character 11, \"6\": expected a number from 1 to 5 behind #, such as 1#2 for the second "
                    + "Monday of the month"
            ),
            (
                "0 0 1#2 * *",
                "day of the month, character 5, \"1#2\": # has a meaning for days of the week alone; expected a number from "
                    + "1 to 31"
            ),
            ("0 0 ? * *", "day of the month, character 5, \"?\": expected a number from 1 to 31"),
            (
                "0 0 * *",
                "the expression has 4 fields; expected five: minute, hour, day of the month, month and day of the week, such "
                    + "as 0 2 * * * for every night at two"
            ),
            (
                "",
                "the expression has 0 fields; expected five: minute, hour, day of the month, month and day of the week, such "
                    + "as 0 2 * * * for every night at two"
            ),
            (
                "@reboot",
                "\"@reboot\" is no name of an expression; expected one of @annually, @daily, @hourly, @midnight, @monthly, "
                    + "@weekly, @yearly"
            ),
            ("0 0 30 2 *", "the expression never fires: no month that it names has such a day"),
            ("0 0 31 4,6,9,11 *", "the expression never fires: no month that it names has such a day"),
        ]
    )
    func refuses(cron: String, problem: String) {
        #expect(throws: TimingError(.cron, problem)) { try CronExpression(cron) }
    }

    @Test("A long expression is refused before it is read")
    func long() {
        let problem = TimingError(.cron, "the expression has 300 bytes; expected 256 at most")
        #expect(throws: problem) { try CronExpression(String(repeating: "*", count: 300)) }
    }

    @Test("An expression whose every time lies in a gap of its zone is refused for that zone alone")
    func inGap() throws {
        // The second Sunday of March, when clocks jump from two to three.
        let expression = try CronExpression("*/5 2 * 3 0#2")
        let zone = try CronVector.zone("America/New_York")
        let problem = TimingError(
            .cron,
            "the expression never fires in America/New_York: clocks never show such a time"
        )
        #expect(throws: problem) { _ = try Recurrence(cron: expression, in: zone) }
        #expect(throws: Never.self) { _ = try Recurrence(cron: expression, in: .utc) }
    }

    @Test(
        "Where clocks change, what names a time runs once, and what begins with a star follows the clock",
        arguments: [
            // 02:00 to 03:00 is not there on 8 March, and 01:00 to 02:00 comes twice on 1 November.
            ("30 2 * * *", "2026-03-08T00:00:00Z", ["2026-03-08T07:00", "2026-03-09T06:30"]),
            ("0,30 2 * * *", "2026-03-08T00:00:00Z", ["2026-03-08T07:00", "2026-03-09T06:00"]),
            ("30 1 * * *", "2026-11-01T00:00:00Z", ["2026-11-01T05:30", "2026-11-02T06:30"]),
            ("*/30 1 * * *", "2026-11-01T00:00:00Z", ["2026-11-01T05:00", "2026-11-01T05:30", "2026-11-01T06:00"]),
            ("*/30 2 * * *", "2026-03-08T00:00:00Z", ["2026-03-09T06:00", "2026-03-09T06:30"]),
            ("0 * * * *", "2026-11-01T04:30:00Z", ["2026-11-01T05:00", "2026-11-01T06:00", "2026-11-01T07:00"]),
        ]
    )
    func changes(cron: String, after: String, expected: [String]) throws {
        let recurrence = try Recurrence(cron: CronExpression(cron), in: try CronVector.zone("America/New_York"))
        let instants = recurrence.next(expected.count, after: try #require(Timestamp(rfc3339: after)))
        #expect(instants.map { String($0.description.prefix(16)) } == expected)
    }
}

@Suite("Intervals")
struct IntervalTests {
    @Test("An interval's instants are its multiples since 1970")
    func multiples() throws {
        let instant = try #require(Timestamp(rfc3339: "2026-11-29T10:07:30Z"))
        let texts = try Recurrence(every: "15m").next(2, after: instant).map(\.description)
        #expect(texts == ["2026-11-29T10:15:00.000Z", "2026-11-29T10:30:00.000Z"])
        #expect(try Recurrence(every: "1d").next(after: instant)?.description == "2026-11-30T00:00:00.000Z")
        let end = Timestamp.latest
        #expect(try Recurrence(every: "1d").next(after: end) == nil)
    }

    @Test(
        "What is no interval, too short or too long is refused",
        arguments: ["", "5", "0s", "-5m", "1.5h", "367d", "1w", "9999999999999999999d"]
    )
    func refuses(text: String) {
        let problem = TimingError(
            .every,
            "\"\(text)\" is no interval; expected a whole number and s, m, h or d, such as 15m, from 1s to 366d"
        )
        #expect(throws: problem) { _ = try Recurrence(every: text) }
    }
}
