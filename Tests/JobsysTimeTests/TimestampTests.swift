import JobsysPropertyTestKit
import JobsysTime
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "An instant's text is RFC 3339 in UTC with three digits of a second",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (-1000, "1969-12-31T23:59:59.000Z"), (951_782_400_010, "2000-02-29T00:00:00.010Z"),
            (1_795_259_280_123, "2026-11-21T11:08:00.123Z"), (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)]
    )
    func text(milliseconds: Int64, text: String) {
        let instant = Timestamp(milliseconds: milliseconds)
        #expect(instant.description == text)
        #expect(Timestamp(text) == instant)
        #expect(instant.day == String(text.prefix(10)))
    }

    @Test("What was written reads back, and texts sort as instants do")
    func roundTrip() {
        var random = SeededGenerator(seed: 1)
        let instants = (0..<500)
            .map { _ in
                Timestamp(milliseconds: .random(in: 0...253_402_300_799_999, using: &random))
            }
        #expect(instants.map { Timestamp($0.description) } == instants)
        #expect(instants.sorted().map(\.description) == instants.map(\.description).sorted())
    }

    @Test(
        "Anything else is no timestamp",
        arguments: [
            "", ".", "2026-11-21", "2026-11-21T11:08:00Z", "2026-11-21T11:08:00.12Z", "2026-11-21T11:08:00.1234Z",
            "2026-11-21T11:08:00.123", "2026-11-21T11:08:00.123z", "2026-11-21T11:08:00.123+00:00",
            "2026-11-21 11:08:00.123Z", "2026-11-21T11:08:00,123Z", "2026-11-21T11:08:00.-12Z",
            "2026-11-21T11:08:00.+12Z", "2026-02-30T00:00:00.000Z", "2026-11-21T24:00:00.000Z",
            "2026-11-21T11:60:00.000Z", "2026-11-21T11:08:61.000Z", " 2026-11-21T11:08:00.123Z",
            "2026-11-21T11:08:00.123Z ", "2026-11-21T11:08:00.123.123Z", "2026-1-1T1:1:1.123Z", "now",
        ]
    )
    func badText(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(
        "A sum is rounded up to a whole millisecond",
        arguments: [
            (.zero, 0), (.nanoseconds(1), 1), (.microseconds(999), 1), (.microseconds(1000), 1),
            (.microseconds(1001), 2), (.seconds(60), 60_000), (.milliseconds(1500), 1500),
            (.nanoseconds(-1), 0), (.milliseconds(-1), -1), (.microseconds(-1500), -1), (.seconds(-2), -2000),
        ] as [(Duration, Int64)]
    )
    func sum(duration: Duration, milliseconds: Int64) {
        let instant = Timestamp(milliseconds: 1_763_720_000_000)
        #expect(instant + duration == Timestamp(milliseconds: 1_763_720_000_000 + milliseconds))
    }

    @Test(
        "A time of RFC 3339 is read in any zone, as exact as a millisecond (section 5.6)",
        arguments: [
            ("2025-11-21T10:13:20.123Z", 1_763_720_000_123), ("2025-11-21T10:13:20Z", 1_763_720_000_000),
            ("2025-11-21t10:13:20z", 1_763_720_000_000), ("2025-11-21T12:13:20.5+02:00", 1_763_720_000_500),
            ("2025-11-21T04:43:20.123999-05:30", 1_763_720_000_123), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("0000-01-01T01:00:00+01:00", -62_167_219_200_000), ("9999-12-31T23:59:59.999-00:00", 253_402_300_799_999),
            ("9999-12-31T22:59:59.9994-01:00", 253_402_300_799_999),
        ] as [(String, Int64)]
    )
    func rfc3339(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(
        "What is no time of RFC 3339, or lies outside its years in UTC, is not read",
        arguments: [
            "", "tomorrow", "2025-11-21", "2025-11-21T10:13:20", "2025-02-30T10:13:20Z", "2025-11-21T25:13:20Z",
            "2025-11-21T10:13:20.Z", "2025-11-21T10:13:20Zx", "2025-11-21T10:13:20+2:00", "2025-11-21T10:13:20+02:60",
            "2025-11-21T10:13:20+02", "2025-11-21T10:13:20.٣Z", "9999-12-31T23:59:59-01:00",
            "9999-12-31T23:59:59-00:01",
            "0000-01-01T00:00:00+00:01", "2025-11-21T10:13:20++5:00", "2025-11-21T10:13:20-+5:00",
            "2025-11-21T10:13:20+05:+1", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z",
        ]
    )
    func malformed(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("What would lie outside the years of its text is the first instant, or the last one")
    func bounds() {
        let late = [
            Timestamp(milliseconds: .max), Timestamp(milliseconds: 253_402_300_800_000),
            Timestamp.latest + .milliseconds(1), Timestamp.latest + .seconds(Int64.max),
            Timestamp.earliest + .seconds(Int64.max),
        ]
        #expect(late.map(\.description) == Array(repeating: "9999-12-31T23:59:59.999Z", count: 5))
        let early = [
            Timestamp(milliseconds: .min), Timestamp.earliest + .seconds(-1), Timestamp.latest + .seconds(Int64.min),
        ]
        #expect(early.map(\.description) == Array(repeating: "0000-01-01T00:00:00.000Z", count: 3))
        let span = Timestamp.latest.duration(since: .earliest)
        #expect(Timestamp.earliest + span == .latest)
        #expect(Timestamp(Timestamp.latest.description) == .latest)
        #expect(Timestamp(Timestamp.earliest.description) == .earliest)
    }

    @Test("A difference has a sign, and whole seconds are rounded down")
    func difference() {
        let instant = Timestamp(milliseconds: 1_763_720_000_999)
        #expect((instant + .seconds(90)).duration(since: instant) == .seconds(90))
        #expect(instant.duration(since: instant + .milliseconds(5)) == .milliseconds(-5))
        #expect(instant.seconds == 1_763_720_000)
        #expect(Timestamp(milliseconds: -1).seconds == -1)
        #expect(Timestamp(milliseconds: -1000).seconds == -1)
    }

    @Test("The wall clock goes on")
    func now() {
        let before = Timestamp.now()
        let after = Timestamp.now()
        #expect(before <= after)
        #expect(before > Timestamp(milliseconds: 1_763_720_000_000))
    }
}

@Suite("A period in short")
struct ShortPeriodTests {
    @Test(
        "is a whole number and a unit",
        arguments: [
            ("30d", 2_592_000), ("12h", 43200), ("90m", 5400), ("5s", 5), ("0s", 0), ("007s", 7), ("", nil), ("d", nil),
            ("30", nil), ("-1s", nil), ("+1s", nil), ("1.5h", nil), ("1 d", nil), ("1w", nil), ("1D", nil),
            ("999999999999999999d", nil), ("99999999999999999999s", nil),
        ] as [(String, Int64?)]
    )
    func reading(text: String, seconds: Int64?) {
        #expect(Duration.parsing(text) == seconds.map { .seconds($0) })
    }
}
