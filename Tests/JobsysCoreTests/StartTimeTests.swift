import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("The start of a job")
struct StartTimeTests {
    @Test(
        "is a time of RFC 3339, in any zone and as exact as a millisecond",
        arguments: [
            ("2025-11-21T10:13:20.123Z", 1_763_720_000_123), ("2025-11-21T10:13:20Z", 1_763_720_000_000),
            ("2025-11-21t10:13:20z", 1_763_720_000_000), ("2025-11-21T12:13:20.5+02:00", 1_763_720_000_500),
            ("2025-11-21T04:43:20.123999-05:30", 1_763_720_000_123),
        ] as [(String, Int64)]
    )
    func rfc3339(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "tomorrow", "2025-11-21", "2025-11-21T10:13:20", "2025-02-30T10:13:20Z", "2025-11-21T25:13:20Z",
            "2025-11-21T10:13:20.Z", "2025-11-21T10:13:20Zx", "2025-11-21T10:13:20+2:00", "2025-11-21T10:13:20+02:60",
            "2025-11-21T10:13:20+02", "2025-11-21T10:13:20.٣Z",
        ]
    )
    func malformed(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("makes a job a scheduled one, unless it has come")
    func scheduled() {
        func job(_ start: StartTime?) -> Job {
            let submission = Submission(type: "task", payload: "p", start: start)
            return Job(submission, id: JobID(at: .sample), traceID: Job.sample().traceID, at: .sample)
        }
        #expect(job(nil).status == .pending)
        #expect(job(.after(.zero)).status == .pending)
        #expect(job(.at(.sample + .seconds(-1))).status == .pending)
        #expect(job(.at(.sample + .seconds(-1))).runAt == nil)
        #expect(job(.after(.seconds(30))).status == .scheduled)
        #expect(job(.after(.seconds(30))).runAt == .sample + .seconds(30))
        #expect(job(.after(.seconds(30))).awaitsPromotion == false)
        #expect(job(.after(.seconds(900))).awaitsPromotion == false)
        #expect(job(.after(.seconds(901))).awaitsPromotion == true)
    }
}
