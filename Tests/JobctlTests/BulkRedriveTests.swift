import JobsysClient
import JobsysHTTP
import JobsysJSON
import JobsysTestKit
import Synchronization
import Testing

@testable import jobctl

@Suite("A redrive of many jobs", .timeLimit(.minutes(1)))
struct BulkRedriveTests {
    private let clock = ManualClock()

    private func bulk(
        _ service: ScriptedService,
        isDryRun: Bool = false,
        patience: Duration = .zero
    ) throws -> BulkRedrive<ManualClock> {
        let client = APIClient(
            url: try #require(ServiceURL(argument: "http://jobs.local")),
            transport: service,
            patience: patience,
            clock: clock,
            jitter: { 1 },
            notice: { _ in }
        )
        return BulkRedrive(client: client, isDryRun: isDryRun, rate: 10, clock: clock)
    }

    private static let doubt = "\n  An answer was lost: what was asked for may have been done all the same."

    private static func incident(_ id: String) -> String {
        #"{"jobId":"\#(id)","generation":0,"type":"t","attempts":4,"error":{"class":"SYSTEM"},"excerpt":""}"#
    }

    private static func outcome(_ id: String, _ outcome: String, reason: String? = nil) -> JSONValue {
        var document: JSONObject = ["jobId": .string(id), "generation": 0, "type": "t", "class": "SYSTEM"]
        document["outcome"] = .string(outcome)
        document["reason"] = reason.map(JSONValue.string)
        return .object(document)
    }

    /// Runs it, with as much time as it wants.
    private func run(_ bulk: BulkRedrive<ManualClock>, sleeps: Int) async -> (BulkResult, [JSONValue]) {
        let reports = Mutex<[JSONValue]>([])
        async let result = bulk.run(query: [("class", "SYSTEM")]) { report in reports.withLock { $0.append(report) } }
        for _ in 0..<sleeps {
            await clock.waitForSleepers()
            clock.advance(by: clock.nextWakeUp ?? .zero)
        }
        return (await result, reports.withLock { $0 })
    }

    @Test("redrives the job of each incident, one in a tenth of a second, and skips what needs none")
    func redrives() async throws {
        let service = ScriptedService { line in
            switch line {
            case "GET /incidents?class=SYSTEM&limit=100":
                (200, #"{"incidents":[\#(Self.incident("a")),{"messageId":"m"}],"nextCursor":"c"}"#)
            case "GET /incidents?class=SYSTEM&limit=100&cursor=c":
                (200, #"{"incidents":[\#(Self.incident("b")),\#(Self.incident("c"))]}"#)
            case "POST /jobs/b/redrive": (409, #"{"detail":"The job is PENDING."}"#)
            default: (202, "{}")
            }
        }
        let (result, reports) = try await run(bulk(service), sleeps: 2)
        #expect("\(result)" == "2 redriven, 2 skipped, 0 failed")
        #expect(result.failure == nil)
        #expect(
            reports == [
                Self.outcome("a", "redriven"),
                ["messageId": "m", "outcome": "skipped", "reason": "it belongs to no job"],
                Self.outcome("b", "skipped", reason: "409: The job is PENDING."),
                Self.outcome("c", "redriven"),
            ]
        )
        #expect(service.lines.filter { $0.hasPrefix("POST") } == ["a", "b", "c"].map { "POST /jobs/\($0)/redrive" })
        #expect(clock.now.offset == .milliseconds(200))
    }

    @Test("changes nothing in a dry run, and takes no time")
    func dryRun() async throws {
        let service = ScriptedService { _ in (200, #"{"incidents":[\#(Self.incident("a")),\#(Self.incident("b"))]}"#) }
        let (result, reports) = try await run(bulk(service, isDryRun: true), sleeps: 0)
        #expect("\(result)" == "2 would be redriven, 0 skipped, 0 failed")
        #expect(reports == ["a", "b"].map { Self.outcome($0, "would redrive") })
        #expect(service.lines == ["GET /incidents?class=SYSTEM&limit=100"])
    }

    @Test("goes on after a failure, and counts it")
    func failure() async throws {
        let service = ScriptedService { line in
            switch line {
            case "POST /jobs/a/redrive": (503, #"{"detail":"Down."}"#)
            case "POST /jobs/b/redrive": (202, "{}")
            default: (200, #"{"incidents":[\#(Self.incident("a")),\#(Self.incident("b"))]}"#)
            }
        }
        let (result, reports) = try await run(bulk(service), sleeps: 1)
        #expect("\(result)" == "1 redriven, 0 skipped, 1 failed")
        #expect(
            reports == [Self.outcome("a", "failed", reason: "503: Down.\(Self.doubt)"), Self.outcome("b", "redriven")]
        )
    }

    @Test("gives up after ten failures in a row, of which the first alone is waited for")
    func givesUp() async throws {
        let incidents = (0..<20).map { Self.incident("\($0)") }.joined(separator: ",")
        let service = ScriptedService { line in
            line.hasPrefix("POST") ? (503, #"{"detail":"Down."}"#) : (200, #"{"incidents":[\#(incidents)]}"#)
        }
        let (result, _) = try await run(bulk(service, patience: .seconds(1)), sleeps: 11)
        #expect("\(result)" == "0 redriven, 0 skipped, 10 failed; gave up after 10 failures in a row; 10 left")
        #expect(service.lines.filter { $0 == "POST /jobs/0/redrive" }.count == 4)
        #expect(service.lines.filter { $0.hasPrefix("POST") }.count == 13)
    }

    @Test("counts a job as redriven whose answer was lost, if its generation says so", arguments: [0, 1])
    func lostAnswer(generation: Int) async throws {
        let posts = Mutex(0)
        let service = ScriptedService { line in
            switch line {
            case "GET /jobs/a": (200, #"{"generation":\#(generation)}"#)
            case "POST /jobs/a/redrive":
                posts.withLock { posts in
                    posts += 1
                    return posts == 1 ? (503, #"{"detail":"Down."}"#) : (409, #"{"detail":"The job is PENDING."}"#)
                }
            default: (200, #"{"incidents":[\#(Self.incident("a"))]}"#)
            }
        }
        let (result, reports) = try await run(bulk(service, patience: .seconds(1)), sleeps: 1)
        let reason = generation == 1 ? nil : "409: The job is PENDING.\(Self.doubt)"
        #expect(reports == [Self.outcome("a", generation == 1 ? "redriven" : "skipped", reason: reason)])
        #expect("\(result)" == "\(generation) redriven, \(1 - generation) skipped, 0 failed")
    }

    @Test("tells what was done and what is left, whatever ends it: a list that fails, a report that fails, a signal")
    func endsEarly() async throws {
        let service = ScriptedService { line in
            switch line {
            case "GET /incidents?class=SYSTEM&limit=100":
                (200, #"{"incidents":[\#(Self.incident("a")),\#(Self.incident("b"))],"nextCursor":"c"}"#)
            case "GET /incidents?class=SYSTEM&limit=100&cursor=c": (503, #"{"detail":"Down."}"#)
            default: (202, "{}")
            }
        }
        let (list, _) = try await run(bulk(service), sleeps: 1)
        #expect("\(list)" == "2 redriven, 0 skipped, 0 failed; ended early; 0 or more left")
        #expect(list.failure is APIFailure)

        let report = try await bulk(service)
            .run(query: [("class", "SYSTEM")]) { _ throws in
                throw OutputFailure(code: 28)
            }
        #expect("\(report)" == "1 redriven, 0 skipped, 0 failed; ended early; 1 or more left")
        #expect(report.failure as? OutputFailure == OutputFailure(code: 28))

        let bulk = try bulk(service)
        let task = Task { await bulk.run(query: [("class", "SYSTEM")]) { _ in } }
        await clock.waitForSleepers()
        task.cancel()
        let signalled = await task.value
        #expect("\(signalled)" == "1 redriven, 0 skipped, 0 failed; interrupted; 1 or more left")
        #expect(signalled.failure is CancellationError)

        let (nothing, _) = try await run(self.bulk(ScriptedService { _ in (503, "{}") }), sleeps: 0)
        #expect("\(nothing)" == "0 redriven, 0 skipped, 0 failed; ended early; the rest is left")
        #expect(nothing.failure is APIFailure)
    }
}
