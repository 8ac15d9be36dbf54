import JobsysHTTP
import JobsysJSON
import JobsysTestKit
import Synchronization
import Testing

@testable import jobctl

@Suite("A redrive of many jobs", .timeLimit(.minutes(1)))
struct BulkRedriveTests {
    private let clock = ManualClock()

    private func bulk(_ service: ScriptedService, isDryRun: Bool = false) throws -> BulkRedrive<ManualClock> {
        let client = APIClient(url: try #require(ServiceURL(argument: "http://jobs.local")), transport: service)
        return BulkRedrive(client: client, isDryRun: isDryRun, rate: 10, clock: clock)
    }

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
    private func run(_ bulk: BulkRedrive<ManualClock>, sleeps: Int) async throws -> (BulkTally, [JSONValue]) {
        let reports = Mutex<[JSONValue]>([])
        async let tally = bulk.run(query: [("class", "SYSTEM")]) { report in reports.withLock { $0.append(report) } }
        for _ in 0..<sleeps {
            await clock.waitForSleepers()
            clock.advance(by: .milliseconds(100))
        }
        return (try await tally, reports.withLock { $0 })
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
        let (tally, reports) = try await run(bulk(service), sleeps: 2)
        #expect(tally == BulkTally(redriven: 2, skipped: 2))
        #expect("\(tally)" == "2 redriven, 2 skipped, 0 failed")
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
        let (tally, reports) = try await run(bulk(service, isDryRun: true), sleeps: 0)
        #expect(tally == BulkTally(wouldRedrive: 2))
        #expect("\(tally)" == "2 would be redriven, 0 skipped, 0 failed")
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
        let (tally, reports) = try await run(bulk(service), sleeps: 1)
        #expect(tally == BulkTally(redriven: 1, failed: 1))
        #expect(reports == [Self.outcome("a", "failed", reason: "503: Down."), Self.outcome("b", "redriven")])
    }

    @Test("gives up after ten failures in a row")
    func givesUp() async throws {
        let incidents = (0..<20).map { Self.incident("\($0)") }.joined(separator: ",")
        let service = ScriptedService { line in
            line.hasPrefix("POST") ? (503, #"{"detail":"Down."}"#) : (200, #"{"incidents":[\#(incidents)]}"#)
        }
        let (tally, _) = try await run(bulk(service), sleeps: 9)
        #expect(tally == BulkTally(failed: 10, gaveUp: true))
        #expect("\(tally)" == "0 redriven, 0 skipped, 10 failed; gave up after 10 failures in a row")
    }

    @Test("ends with the failure if the incidents cannot be listed")
    func noList() async throws {
        let service = ScriptedService { _ in (503, #"{"detail":"Down."}"#) }
        await #expect(throws: APIFailure.self) { try await run(bulk(service), sleeps: 0) }
    }
}
