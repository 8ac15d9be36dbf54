import JobsysCron
import JobsysJSON
import JobsysTestKit
import Testing

@testable import JobsysCore

@Suite("Documents of schedules")
struct ScheduleDocumentTests {
    @Test("say what is run and when, and what they leave out has its default")
    func reads() throws {
        let short = try ScheduleDocument(["type": "transform", "cron": "0 2 * * *"])
        #expect(short.isPaused == nil)
        #expect(
            short.definition
                == ScheduleDefinition(
                    type: "transform",
                    payload: [:],
                    timing: .cron("0 2 * * *"),
                    timeZone: "UTC",
                    missed: .latest,
                    overlap: .allow
                )
        )
        let long = try ScheduleDocument([
            "type": "report.build", "payload": [1, nil], "maxAttempts": 2, "orderingKey": "reports", "every": "15m",
            "timeZone": "Europe/Berlin", "missed": "all", "overlap": "buffer", "jitterSeconds": 30, "paused": true,
        ])
        #expect(long.isPaused == true)
        #expect(
            long.definition
                == ScheduleDefinition(
                    type: "report.build",
                    payload: [1, nil],
                    maxAttempts: 2,
                    orderingKey: "reports",
                    timing: .every("15m"),
                    timeZone: "Europe/Berlin",
                    missed: .all,
                    overlap: .buffer,
                    jitter: .seconds(30)
                )
        )
    }

    @Test(
        "are refused with every problem at once",
        arguments: [
            ([:], ["/type", "/cron"]),
            (["type": "t", "cron": "0 2 * *"], ["/cron"]),
            (["type": "t", "cron": "0 0 30 2 *"], ["/cron"]),
            (["type": "t", "cron": 5], ["/cron"]),
            (["type": "t", "every": "5 minutes"], ["/every"]),
            (["type": "t", "every": "1h", "cron": "@daily"], ["/every"]),
            (["type": "t", "every": "1h", "timeZone": "Europe/Berln"], ["/timeZone"]),
            (["type": "t", "every": "1h", "timeZone": 1], ["/timeZone"]),
            (["type": "t", "every": "1h", "missed": "some", "overlap": true], ["/missed", "/overlap"]),
            (["type": "t", "every": "1h", "jitterSeconds": 3601, "paused": "no"], ["/jitterSeconds", "/paused"]),
            (["type": "T", "every": "1h", "maxAttempts": 9, "colour": "blue"], ["/colour", "/type", "/maxAttempts"]),
        ] as [(JSONValue, [String])]
    )
    func refuses(document: JSONValue, pointers: [String]) {
        let error = #expect(throws: SubmissionError.self) { try ScheduleDocument(document) }
        guard case .invalid(let problems) = error else { return }
        #expect(Set(problems.map(\.pointer.description)) == Set(pointers))
    }

    @Test("may have a payload of 32 KiB, and no longer one")
    func payload() throws {
        let fits = JSONValue.string(String(repeating: "x", count: ScheduleDefinition.payloadLimit - 2))
        #expect(throws: Never.self) { try ScheduleDocument(["type": "t", "every": "1h", "payload": fits]) }
        let long = JSONValue.string(String(repeating: "x", count: ScheduleDefinition.payloadLimit - 1))
        #expect(throws: SubmissionError.payloadTooLarge(bytes: 32769)) {
            try ScheduleDocument(["type": "t", "every": "1h", "payload": long])
        }
    }
}
