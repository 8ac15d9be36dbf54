import ArgumentParser
import JobsysJSON
import Testing

@testable import jobctl

@Suite("The lines of a file", .timeLimit(.minutes(1)))
struct LineReaderTests {
    /// The lines of a text that comes in pieces of so many bytes; nil for one that is too long.
    private func lines(_ text: String, by size: Int, limit: Int = 10) async throws -> [String] {
        var rest = Array(text.utf8)[...]
        var isSilent = false
        var reader = LineReader(limit: limit) {
            isSilent.toggle()
            guard !isSilent else { return nil }
            defer { rest = rest.dropFirst(size) }
            return Array(rest.prefix(size))
        }
        var lines: [String] = []
        while let event = try await reader.next() {
            switch event {
            case .line(let number, let bytes): lines.append("\(number) \(String(decoding: bytes, as: UTF8.self))")
            case .tooLong(let number): lines.append("\(number) too long")
            case .silence: break
            }
        }
        #expect(reader.offset == text.utf8.count)
        return lines
    }

    @Test("come one by one, whatever the pieces are in which they are read", arguments: [1, 2, 3, 7, 100])
    func pieces(size: Int) async throws {
        #expect(try await lines("", by: size) == [])
        #expect(try await lines("\n\n", by: size) == [])
        #expect(try await lines("a\nbc", by: size) == ["1 a", "2 bc"])
        #expect(try await lines("a\r\n \t\n\nbc\n", by: size) == ["1 a\r", "4 bc"])
        let long = "0123456789\n0123456789a\n0123456789abcdefghij\nz\nlonger than ten"
        #expect(try await lines(long, by: size) == ["1 0123456789", "2 too long", "3 too long", "4 z", "5 too long"])
    }

    private func line(_ text: String, number: Int = 1, run: String = "jobs.ndjson") throws -> JSONValue {
        try JSONValue(parsing: try SubmissionLine(Array(text.utf8), number: number, run: run).job)
    }

    @Test("get a key that is the same for the same line at the same place under the same name")
    func keys() throws {
        func key(_ text: String, number: Int = 1, run: String = "jobs.ndjson") throws -> String? {
            try line(text, number: number, run: run)["idempotencyKey"]?.stringValue
        }
        let first = try #require(try key(#"{"type":"t","payload":1}"#))
        #expect(first.hasPrefix("jobctl-") && first.count == 39)
        #expect(try key(#" { "payload": 1, "type": "t" } "#) == first)
        let others = [
            try key(#"{"type":"t","payload":2}"#), try key(#"{"type":"t","payload":1}"#, number: 2),
            try key(#"{"type":"t","payload":1}"#, run: "other"),
        ]
        #expect(Set(others + [first]).count == 4)
        #expect(try key(#"{"type":"t","payload":1,"idempotencyKey":"own"}"#) == "own")
        // What is wrong with a key is for the service to say.
        #expect(try line(#"{"idempotencyKey":7}"#) == ["idempotencyKey": 7])
    }

    @Test(
        "that are no jobs say why",
        arguments: [
            ("{", "the line is not JSON: "), ("\u{feff}{}", "the line is not JSON: "),
            ("{} {}", "the line is not JSON: "),
            ("[]", "the line must be a JSON object"), ("null", "the line must be a JSON object"),
        ]
    )
    func flaws(text: String, reason: String) throws {
        let flaw = try #require(throws: SubmissionLine.Flaw.self) { try line(text) }
        #expect(flaw.reason.hasPrefix(reason))
    }

    @Test("come from a file, whose name keeps them apart, or from what has none")
    func files() async throws {
        let file = try SubmissionFile(path: #filePath)
        #expect(file.name == "LineReaderTests.swift")
        #expect(try #require(file.size) > 1000)
        #expect(try #require(try await file.read()).starts(with: "import ArgumentParser\n".utf8))
        let device = try SubmissionFile(path: "/dev/null")
        #expect(device.name == nil && device.size == nil)
        #expect(try await device.read() == [])
        #expect(throws: ValidationError.self) { try SubmissionFile(path: "/no/such/file") }
        let folder = try SubmissionFile(path: "/")
        await #expect(throws: ValidationError.self) { _ = try await folder.read() }
    }
}
