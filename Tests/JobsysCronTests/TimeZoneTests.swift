import FoundationEssentials
import JobsysTime
import Testing

@testable import JobsysCron

@Suite("Time zones")
struct TimeZoneTests {
    @Test(
        "The text at the end of a file tells the offsets of all years",
        arguments: [
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2050-03-27T00:59:59Z", 3600),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2050-03-27T01:00:00Z", 7200),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2050-10-30T01:00:00Z", 3600),
            ("EST5EDT,M3.2.0,M11.1.0", "2050-07-01T00:00:00Z", -14400),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2050-01-01T00:00:00Z", 39600),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2050-07-01T00:00:00Z", 37800),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", "2050-01-01T00:00:00Z", 0),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", "2050-07-01T00:00:00Z", 3600),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-07-01T00:00:00Z", -3600),
            ("XST4XDT,0/0,J365/25", "2050-01-01T12:00:00Z", -10800),
            ("XST4XDT,0/0,J365/25", "2050-12-31T23:00:00Z", -10800),
            ("IST-5:30", "2050-07-01T00:00:00Z", 19800),
            ("XST0XDT,J60/0,J300/0", "2048-02-29T12:00:00Z", 0),
            ("XST0XDT,J60/0,J300/0", "2048-03-01T00:00:00Z", 3600),
            ("XST0XDT,59/0,300/0", "2048-02-29T00:00:00Z", 3600),
        ]
    )
    func rule(text: String, instant: String, offset: Int64) throws {
        let rule = try #require(RecurringOffsets(text))
        let second = try #require(Timestamp(rfc3339: instant)).seconds
        let period = rule.period(at: second)
        #expect(period.offset == offset)
        #expect(period.start <= second && second < period.end)
    }

    @Test(
        "Other texts are none",
        arguments: [
            "", "CE", "CET", "CET-", "CET-1CEST", "CET-1CEST,", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
            "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J5", "CET-1CEST,366,5", "CET-25",
            "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0 ", "<+1", "CET-1:60",
        ]
    )
    func badRule(text: String) {
        #expect(RecurringOffsets(text) == nil)
    }

    @Test("Where a file's table ends, its rule goes on without a break")
    func footer() throws {
        let zone = try CronVector.zone("Australia/Lord_Howe")
        var second = try #require(Timestamp(rfc3339: "2025-01-01T00:00:00Z")).seconds
        let end = try #require(Timestamp(rfc3339: "2060-01-01T00:00:00Z")).seconds
        var offsets: [Int64] = []
        while second < end {
            let period = zone.period(at: second)
            #expect(period.start <= second)
            offsets.append(period.offset)
            second = period.end
        }
        // From April to October, and from October to April.
        #expect(offsets == (0...70).map { $0 % 2 == 0 ? 39600 : 37800 })
    }

    @Test("A file that is cut off or not one is refused, wherever it is cut")
    func damaged() throws {
        let path = "/usr/share/zoneinfo/Europe/Berlin"
        let content = Array(try Data(contentsOf: URL(filePath: path)))
        #expect(TimeZoneFile(content).zone(named: "whole") != nil)
        for length in stride(from: 0, to: content.count, by: 7) {
            #expect(TimeZoneFile(Array(content[..<length])).zone(named: "cut") == nil)
        }
        for index in stride(from: 0, to: content.count, by: 3) {
            var changed = content
            changed[index] ^= 0xff
            // Whatever it says now, it is read or refused.
            _ = TimeZoneFile(changed).zone(named: "changed")?.period(at: 0)
        }
    }

    @Test("The database of this machine has zones; UTC is there without it")
    func system() throws {
        let berlin = try TimeZoneDatabase.system.zone("Europe/Berlin")
        let summer = try #require(Timestamp(rfc3339: "2026-07-01T00:00:00Z")).seconds
        #expect(berlin.period(at: summer).offset == 7200)
        #expect(try TimeZoneDatabase(folder: "/nonexistent").zone("UTC").period(at: summer).offset == 0)
    }

    @Test("A machine without a database says so")
    func missing() {
        let problem = TimingError(
            .timeZone,
            "this machine has no time zones but UTC: /nonexistent cannot be read; expected the package tzdata"
        )
        #expect(throws: problem) { _ = try TimeZoneDatabase(folder: "/nonexistent").zone("Europe/Berlin") }
    }

    @Test(
        "A name that is none is refused, and leads nowhere",
        arguments: [
            "Europe/Berln", "europe/berlin", "", "../../etc/passwd", "/etc/passwd", "Europe", "tzdata.zi",
            "Europe//Berlin", "Europe/Berlin\u{0}",
        ]
    )
    func unknown(name: String) {
        let problem = TimingError(
            .timeZone,
            "\"\(name)\" is no time zone; expected a name of the IANA database, such as Europe/Berlin or UTC"
        )
        #expect(throws: problem) { _ = try TimeZoneDatabase.system.zone(name) }
    }

    @Test("All zones of this machine can be read")
    func all() throws {
        let table = try String(contentsOf: URL(filePath: "/usr/share/zoneinfo/tzdata.zi"), encoding: .utf8)
        var names: [String] = []
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.first == "Z" { names.append(String(words[1])) }
            if words.first == "L" { names.append(String(words[2])) }
        }
        #expect(names.count > 400)
        for name in names where name != "Factory" { _ = try TimeZoneDatabase.system.zone(name) }
    }
}
