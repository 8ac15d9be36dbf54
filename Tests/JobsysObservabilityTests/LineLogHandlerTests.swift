import FoundationEssentials
import JobsysJSON
import JobsysObservability
import Logging
import Synchronization
import Testing

/// Keeps the lines that were written.
final class RecordedOutput: LogOutput {
    private let recorded = Mutex<[String]>([])

    var lines: [String] {
        recorded.withLock { $0 }
    }

    func write(_ line: [UInt8]) {
        recorded.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
    }
}

struct SampleError: Error, CustomStringConvertible {
    var description = "host h refused, password=hunter2"
}

@Suite("Log lines")
struct LineLogHandlerTests {
    let output = RecordedOutput()

    private func logger(
        level: Logger.Level = .info,
        format: LogFormat = .json,
        provider: Logger.MetadataProvider? = nil,
        at seconds: Double = 1_440_938_160.123
    ) -> Logger {
        Logger(label: "test") { _ in
            LineLogHandler(
                component: "svc-worker",
                format: format,
                threshold: LogThreshold(level),
                output: output,
                metadataProvider: provider,
                now: { Date(timeIntervalSince1970: seconds) }
            )
        }
    }

    @Test("A line has its members in order, known ids first, the rest sorted, secrets redacted")
    func wholeLine() {
        var logger = logger()
        logger[metadataKey: "jobId"] = "0192"
        logger.warning(
            "Job \"failed\"\n",
            error: SampleError(),
            metadata: [
                "job.type": "transform", "traceId": "5759", "aws.attempts": .stringConvertible(3), "requestId": "r",
                "db.password": "hunter2", "ok": .stringConvertible(true), "rate": .stringConvertible(0.5),
                "list": ["a", "b"], "nested": ["z": "1", "apiKey": "k", "a": "2"], "tokens": ["t"],
            ]
        )
        #expect(
            output.lines == [
                #"{"ts":"2015-08-30T12:36:00.123Z","level":"warning","component":"svc-worker","msg":"Job \"failed\"\n","#
                    + #""traceId":"5759","jobId":"0192","requestId":"r","error":"host h refused, password=[redacted]","#
                    + #""aws.attempts":3,"db.password":"[redacted]","job.type":"transform","list":["a","b"],"#
                    + #""nested":{"a":"2","apiKey":"[redacted]","z":"1"},"ok":true,"rate":0.5,"tokens":"[redacted]"}"#
                    + "\n"
            ]
        )
    }

    @Test("Metadata that has a reserved name gives way, and no member comes twice")
    func reservedNames() {
        logger()
            .info(
                "m",
                error: SampleError(description: "e"),
                metadata: ["ts": "1", "level": "2", "component": "3", "msg": "4", "metadata.msg": "own", "error": "5"]
            )
        #expect(
            output.lines == [
                #"{"ts":"2015-08-30T12:36:00.123Z","level":"info","component":"svc-worker","msg":"m","error":"e","#
                    + #""metadata.component":"3","metadata.error":"5","metadata.level":"2","metadata.msg":"own","metadata.ts":"1"}"#
                    + "\n"
            ]
        )
        #expect(throws: Never.self) { try JSONValue(parsing: output.lines.joined()) }
    }

    @Test("The event's metadata wins over the provider's, and that over the handler's")
    func precedence() throws {
        var logger = logger(provider: Logger.MetadataProvider { ["a": "provider", "b": "provider"] })
        logger[metadataKey: "a"] = "handler"
        logger[metadataKey: "b"] = "handler"
        logger[metadataKey: "c"] = "handler"
        logger.info("m", metadata: ["b": "event"])
        let line = try JSONValue(parsing: try #require(output.lines.first))
        #expect(line["a"] == "provider")
        #expect(line["b"] == "event")
        #expect(line["c"] == "handler")
    }

    @Test("Events below the level are not written, and handlers are values")
    func levels() {
        let info = logger()
        var debug = info
        debug.logLevel = .debug
        info.debug("no")
        debug.debug("yes")
        #expect(output.lines.count == 1)
    }

    @Test("The level of all handlers can be changed while they are in use, unless one has a level of its own")
    func threshold() {
        let threshold = LogThreshold(.info)
        let shared = Logger(label: "test") { _ in
            LineLogHandler(component: "c", threshold: threshold, output: output)
        }
        var own = shared
        own.logLevel = .error
        for level in Logger.Level.allCases {
            threshold.level = level
            #expect(shared.logLevel == level)
            #expect(own.logLevel == .error)
        }
    }

    @Test(
        "A line for people has the message first, quotes what is no plain word, and escapes what would move the cursor"
    )
    func text() {
        logger(format: .text(isColored: false))
            .warning(
                "Job \"failed\"\n\u{1b}[31m",
                error: SampleError(),
                metadata: [
                    "jobId": "0192", "n": .stringConvertible(3), "empty": "", "nested": ["a": "x\u{9b}"],
                    "db.password": "p",
                ]
            )
        #expect(
            output.lines == [
                #"2015-08-30T12:36:00.123Z WARNING  svc-worker: Job "failed"\n\u{1B}[31m jobId=0192 "#
                    + #"error="host h refused, password=[redacted]" db.password=[redacted] empty="" n=3 "#
                    + #"nested={"a":"x\u{009B}"}"# + "\n"
            ]
        )
    }

    @Test("On a terminal the level has a colour, and names are dim")
    func colors() {
        logger(format: .text(isColored: true)).error("m", metadata: ["a": "b"])
        #expect(
            output.lines == [
                "2015-08-30T12:36:00.123Z \u{1b}[31mERROR\u{1b}[0m    svc-worker: m \u{1b}[2ma=\u{1b}[0mb\n"
            ]
        )
    }

    @Test(
        "Times are exact to the millisecond",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (0.0005, "1970-01-01T00:00:00.000Z"), (-0.001, "1969-12-31T23:59:59.999Z"),
            (1_763_724_000.001, "2025-11-21T11:20:00.001Z"), (1_763_724_000.999, "2025-11-21T11:20:00.999Z"),
            (1_763_724_000.9994, "2025-11-21T11:20:00.999Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
        ]
    )
    func times(seconds: Double, expected: String) throws {
        logger(at: seconds).info("m")
        #expect(try JSONValue(parsing: try #require(output.lines.first))["ts"] == .string(expected))
    }

    @Test("Values are bounded, and what no double of JSON can be is written as text")
    func bounds() throws {
        let text = String(repeating: "é", count: 10_000)
        logger().info("m", metadata: ["long": "\(text)", "nan": .stringConvertible(Double.nan)])
        let line = try JSONValue(parsing: try #require(output.lines.first))
        #expect(line["long"]?.stringValue?.utf8.count == 8191)
        #expect(line["nan"] == "nan")
    }
}
