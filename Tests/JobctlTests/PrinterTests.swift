import JobsysJSON
import Synchronization
import Testing

@testable import jobctl

@Suite("The output of jobctl")
struct PrinterTests {
    private let job: JSONValue = [
        "jobId": "019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60", "type": "transform", "status": "FAILED_FINAL", "attempts": 3,
        "maxAttempts": 4, "createdAt": "2025-11-21T10:13:20.123Z",
        "error": ["class": "SYSTEM", "message": "red \u{1b}[31m\nalarm"],
    ]

    private func lines(_ format: OutputFormat, _ columns: [Column], _ documents: [JSONValue]) throws -> [String] {
        let lines = Mutex<[String]>([])
        var printer = Printer(format, columns) { line in lines.withLock { $0.append(line) } }
        for document in documents { try printer.row(document) }
        return lines.withLock { $0 }
    }

    @Test("is one object a line for machines")
    func json() throws {
        #expect(try lines(.json, Column.jobs, [job, ["a": 1]]) == [job.serializedString, #"{"a":1}"#])
    }

    @Test("is a table for people, with titles once, and nothing that a terminal would obey")
    func table() throws {
        let row = """
            019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60  transform             FAILED_FINAL  3/4       \
            2025-11-21T10:13:20.123Z  SYSTEM: red  [31m alarm
            """
        let titles = """
            JOB                                   TYPE                  STATUS        ATTEMPTS  \
            CREATED                   ERROR
            """
        #expect(try lines(.table, Column.jobs, [job, job]) == [titles, row, row])
        #expect(try lines(.table, Column.jobs, []) == [])
    }

    @Test("has a line for each member of a single document, and for each part of what jobsys says of it")
    func single() throws {
        let lines = Mutex<[String]>([])
        try Printer(.table, []) { line in lines.withLock { $0.append(line) } }
            .single([
                "jobId": "x", "result": ["a": 1], "waiting": ["reason": "paused", "detail": "red \u{1b}[31m"],
                "tags": [:],
            ])
        #expect(
            lines.withLock { $0 } == [
                "jobId           x", #"result          {"a":1}"#, "waiting.reason  paused",
                "waiting.detail  red  [31m", "tags            {}",
            ]
        )
    }

    @Test("has the incidents of jobs and those of messages in one table")
    func incidents() throws {
        let incidents: [JSONValue] = [
            ["jobId": "a", "generation": 1, "type": "t", "error": ["class": "UNKNOWN", "message": "?", "at": "now"]],
            ["messageId": "m", "error": ["class": "UNKNOWN", "message": "?", "at": "now"]],
        ]
        let words = try lines(.table, Column.incidents, incidents).map { $0.split(separator: " ").map(String.init) }
        #expect(words.dropFirst() == [["a", "1", "t", "now", "UNKNOWN:", "?"], ["m", "now", "UNKNOWN:", "?"]])
    }
}
