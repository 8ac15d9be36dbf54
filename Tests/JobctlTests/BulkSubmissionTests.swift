import HTTPTypes
import JobsysClient
import JobsysHTTP
import JobsysJSON
import JobsysTestKit
import Synchronization
import Testing

@testable import jobctl

@Suite("A submission of many lines", .timeLimit(.minutes(1)))
struct BulkSubmissionTests {
    private let clock = ManualClock()

    private func bulk(_ service: any HTTPTransport, patience: Duration = .zero, run: String = "run") throws
        -> BulkSubmission
    {
        let client = APIClient(
            url: try #require(ServiceURL(argument: "http://jobs.local")),
            transport: service,
            patience: patience,
            clock: clock,
            jitter: { 1 },
            notice: { _ in }
        )
        return BulkSubmission(client: client, runName: run)
    }

    /// Submits the lines of a text, with as much time as it wants; answers what was told.
    private func run(
        _ bulk: BulkSubmission,
        _ text: String,
        sleeps: Int = 0
    ) async -> (BulkSubmissionResult, [JSONValue]) {
        let reports = Mutex<[JSONValue]>([])
        let pieces = Mutex([Array(text.utf8)])
        async let result = {
            var lines = LineReader { pieces.withLock { $0.popLast() ?? [] } }
            return await bulk.run(&lines) { line, _ in reports.withLock { $0.append(line.document) } }
        }()
        for _ in 0..<sleeps {
            await clock.waitForSleepers()
            clock.advance(by: clock.nextWakeUp ?? .zero)
        }
        return (await result, reports.withLock { $0 })
    }

    private static func lines(_ numbers: some Sequence<Int>, _ members: String = "") -> String {
        numbers.map { #"{"type":"t","payload":\#($0)\#(members)}\#n"# }.joined()
    }

    /// A service that answers each job by its payload.
    private static func service(
        _ answer: @escaping @Sendable (Int) -> String = { #"{"status":202,"job":{"jobId":"\#($0)"}}"# }
    ) -> ScriptedService {
        .answering { exchange throws(TransportError) in
            let results = payloads(exchange).map(answer)
            return (200, #"{"results":[\#(results.joined(separator: ","))]}"#)
        }
    }

    private static func jobs(_ exchange: ScriptedService.Exchange) -> [JSONValue] {
        (try? JSONValue(parsing: exchange.body))?["jobs"]?.arrayValue ?? []
    }

    private static func payloads(_ exchange: ScriptedService.Exchange) -> [Int] {
        jobs(exchange).compactMap { $0["payload"]?.intValue }
    }

    private static func submitted(_ line: Int, _ id: Int, _ outcome: String = "submitted") -> JSONValue {
        ["line": .int(line), "outcome": .string(outcome), "jobId": .string("\(id)")]
    }

    private static let down = #"{"status":503,"retryAfter":2,"problem":{"detail":"Down."}}"#

    @Test("sends a hundred at a time, and tells of each in the order of the lines")
    func batches() async throws {
        let service = Self.service()
        let (result, reports) = try await run(bulk(service), Self.lines(1...250))
        #expect("\(result)" == "250 submitted, 0 were there already, 0 failed")
        #expect(result.failure == nil)
        #expect(reports == (1...250).map { Self.submitted($0, $0) })
        #expect(Set(service.lines) == ["POST /jobs:batch"])
        let sent = service.exchanges.map(Self.payloads).sorted { $0[0] < $1[0] }
        #expect(sent == [Array(1...100), Array(101...200), Array(201...250)])
    }

    @Test("sends less at a time of what is long, as the service takes 2 MiB")
    func bytes() async throws {
        let service = Self.service()
        let long = String(repeating: "x", count: 250_000)
        let (result, _) = try await run(bulk(service), Self.lines(1...15, #","x":"\#(long)""#))
        #expect(result.submitted == 15)
        #expect(service.exchanges.map { Self.payloads($0).count }.sorted() == [1, 7, 7])
        #expect(service.exchanges.allSatisfy { $0.body.utf8.count < 2 * 1024 * 1024 })
    }

    @Test("sends the same keys when it is repeated, and others under another name")
    func keys() async throws {
        func keys(_ run: String) async throws -> [JSONValue?] {
            let service = Self.service { #"{"status":200,"job":{"jobId":"\#($0)"}}"# }
            let (result, reports) = await self.run(try bulk(service, run: run), Self.lines(1...3))
            #expect("\(result)" == "0 submitted, 3 were there already, 0 failed")
            #expect(reports == (1...3).map { Self.submitted($0, $0, "repeated") })
            return service.exchanges.flatMap(Self.jobs).map { $0["idempotencyKey"] }
        }
        let first = try await keys("a")
        #expect(Set(first).count == 3 && !first.contains(nil))
        #expect(try await keys("a") == first)
        #expect(Set(try await keys("b")).isDisjoint(with: first))
    }

    @Test("tells which lines are wrong and why, and submits the others")
    func flaws() async throws {
        let service = Self.service { number in
            number != 6
                ? #"{"status":202,"job":{"jobId":"\#(number)"}}"#
                : #"{"status":422,"problem":{"detail":"No.","errors":[{"pointer":"/x","message":"is odd"}]}}"#
        }
        let text =
            "\n[]\n\(Self.lines(3...3)){\"type\r\n\n\(Self.lines(6...7))" + String(repeating: "x", count: 1_700_001)
        let (result, reports) = try await run(bulk(service), text)
        #expect("\(result)" == "2 submitted, 0 were there already, 4 failed")
        #expect(reports.map { $0["line"]?.intValue } == [2, 3, 4, 6, 7, 8])
        #expect(
            [reports[0], reports[3], reports[5]] == [
                ["line": 2, "outcome": "failed", "reason": "the line must be a JSON object"],
                ["line": 6, "outcome": "failed", "reason": "422: No.; /x: is odd"],
                ["line": 8, "outcome": "failed", "reason": "the line has more than 1700000 bytes"],
            ]
        )
        #expect(reports[2]["reason"]?.stringValue?.hasPrefix("the line is not JSON: ") == true)
    }

    @Test("sends again what the service could not submit, and nothing else, when it says")
    func retries() async throws {
        let calls = Mutex(0)
        let service = ScriptedService.answering { exchange throws(TransportError) in
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            let results = Self.payloads(exchange)
                .map { number in
                    number % 2 == 0 && call == 1 || number == 4 && call == 2
                        ? Self.down : #"{"status":202,"job":{"jobId":"\#(number)"}}"#
                }
            return (200, #"{"results":[\#(results.joined(separator: ","))]}"#)
        }
        let (result, reports) = try await run(bulk(service, patience: .seconds(2)), Self.lines(1...5), sleeps: 2)
        #expect("\(result)" == "5 submitted, 0 were there already, 0 failed")
        #expect(reports == (1...5).map { Self.submitted($0, $0) })
        #expect(service.exchanges.map(Self.payloads) == [[1, 2, 3, 4, 5], [2, 4], [4]])
        #expect(clock.now.offset == .seconds(4))
    }

    @Test("ends where the service stays unable, with what is done and what is not")
    func unable() async throws {
        let service = Self.service { $0 < 3 || $0 > 5 ? #"{"status":202,"job":{"jobId":"\#($0)"}}"# : Self.down }
        let (result, reports) = try await run(bulk(service, patience: .seconds(2)), Self.lines(1...150), sleeps: 1)
        #expect(result.failure as? APIFailure != nil)
        #expect((result.failure as? APIFailure)?.exitCode == .unavailable)
        #expect("\(result)" == "147 submitted, 0 were there already, 0 failed; ended early after line 2")
        #expect(reports.map { $0["line"]?.intValue } == [1, 2] + Array(6...150))
    }

    @Test(
        "ends where nobody answers, or what answers is no such service, before it has read all",
        arguments: [
            (503, #"{"detail":"Down."}"#), (502, "<html>"), (404, #"{"detail":"There is nothing at this path."}"#),
            (200, #"{"results":[]}"#), (200, "{}"),
        ]
    )
    func noService(status: Int, body: String) async throws {
        let service = ScriptedService { _ in (status, body) }
        let (result, reports) = try await run(bulk(service), Self.lines(1...2000))
        #expect(result.failure is APIFailure)
        #expect("\(result)" == "0 submitted, 0 were there already, 0 failed; ended early after line 0")
        #expect(reports.isEmpty)
        #expect((1...BulkSubmission.batchesUnderWay).contains(service.exchanges.count))
    }

    @Test("goes on where a batch is too long for the service, whose lines fail")
    func tooLong() async throws {
        let service = ScriptedService.answering { exchange throws(TransportError) in
            let payloads = Self.payloads(exchange)
            guard payloads.first != 1 else { return (413, #"{"detail":"Too long."}"#) }
            let results = payloads.map { #"{"status":202,"job":{"jobId":"\#($0)"}}"# }
            return (200, #"{"results":[\#(results.joined(separator: ","))]}"#)
        }
        let (result, reports) = try await run(bulk(service), Self.lines(1...101))
        #expect("\(result)" == "1 submitted, 0 were there already, 100 failed")
        #expect(reports[0] == ["line": 1, "outcome": "failed", "reason": "413: Too long."])
    }

    @Test("has few batches under way, none of which share a key, and reads no further ahead")
    func window() async throws {
        let service = CountingService()
        let bulk = try bulk(service)
        let state = Mutex((read: 0, told: 0, ahead: 0))
        var lines = LineReader {
            state.withLock { state in
                guard state.read < 5000 else { return [] }
                state.ahead = max(state.ahead, state.read - state.told)
                state.read += 50
                // Every seventh batch or so has the key.
                let numbers = (state.read - 49)...state.read
                return Array(Self.lines(numbers, state.read % 650 == 0 ? #","orderingKey":"o""# : "").utf8)
            }
        }
        let result = await bulk.run(&lines) { _, _ in state.withLock { $0.told += 1 } }
        #expect(result.submitted == 5000)
        #expect(service.most > 1 && service.most <= 4)
        #expect(!service.hasOverlap)
        #expect(state.withLock(\.ahead) <= 600)
    }

    @Test("submits lines of one ordering key in their order, over all batches")
    func order() async throws {
        let service = CountingService()
        var text: [UInt8] = Array(Self.lines(1...1000, #","orderingKey":"o""#).utf8)
        let bulk = try bulk(service)
        var lines = LineReader {
            defer { text = [] }
            return text
        }
        let result = await bulk.run(&lines) { _, _ in }
        #expect(result.submitted == 1000)
        #expect(service.numbers == Array(1...1000))
    }

    @Test("does not wait for a hundred lines where nothing comes, and tells at once what became of those that came")
    func silence() async throws {
        let service = Self.service()
        let told = Mutex(0)
        var number = 0
        var lines = LineReader {
            number += 1
            switch number {
            case 1, 3: return Array(Self.lines(number...number).utf8)
            case 2, 4:
                return nil
            default:
                #expect(told.withLock(\.self) == 2)
                return []
            }
        }
        let result = try await bulk(service).run(&lines) { _, _ in told.withLock { $0 += 1 } }
        #expect(result.submitted == 2)
        #expect(service.exchanges.map(Self.payloads) == [[1], [3]])
    }

    @Test("ends with what is done when it is cancelled, or when nobody takes its output")
    func endsEarly() async throws {
        let service = Self.service { $0 < 3 ? #"{"status":202,"job":{"jobId":"\#($0)"}}"# : Self.down }
        let bulk = try bulk(service, patience: .seconds(60))
        let task = Task { await run(bulk, Self.lines(1...5)) }
        await clock.waitForSleepers()
        task.cancel()
        let (result, reports) = await task.value
        #expect(result.failure is CancellationError)
        #expect("\(result)" == "2 submitted, 0 were there already, 0 failed; interrupted after line 2")
        #expect(reports == [Self.submitted(1, 1), Self.submitted(2, 2)])

        var text: [UInt8] = Array(Self.lines(1...1000).utf8)
        var lines = LineReader {
            defer { text = [] }
            return text
        }
        let output = try await self.bulk(Self.service()).run(&lines) { _, _ in throw OutputFailure(code: 28) }
        #expect(output.failure as? OutputFailure == OutputFailure(code: 28))
        #expect(output.submitted <= 500)
    }
}

/// A service that takes its time, and knows what is under way at the same time.
private final class CountingService: HTTPTransport {
    private struct State {
        var underWay: [Set<String>] = []
        var most = 0
        var hasOverlap = false
        var numbers: [Int] = []
    }

    private let state = Mutex(State())

    var most: Int { state.withLock(\.most) }
    var hasOverlap: Bool { state.withLock(\.hasOverlap) }
    var numbers: [Int] { state.withLock(\.numbers) }
    var direct: any HTTPTransport { self }

    func send(
        _ request: HTTPRequest,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse {
        let jobs = (try? JSONValue(parsing: body))?["jobs"]?.arrayValue ?? []
        let keys = Set(jobs.compactMap { $0["orderingKey"]?.stringValue })
        state.withLock { state in
            state.hasOverlap = state.hasOverlap || state.underWay.contains { !$0.isDisjoint(with: keys) }
            state.underWay.append(keys)
            state.most = max(state.most, state.underWay.count)
        }
        // Earlier ones take longer.
        for _ in 0..<max(10, 1000 - (jobs.first?["payload"]?.intValue ?? 0)) { await Task.yield() }
        state.withLock { state in
            state.underWay.firstIndex(of: keys).map { _ = state.underWay.remove(at: $0) }
            state.numbers += jobs.compactMap { $0["payload"]?.intValue }
        }
        let results = jobs.map { _ in #"{"status":202,"job":{}}"# }.joined(separator: ",")
        return TransportResponse(head: HTTPResponse(status: .ok), body: Array(#"{"results":[\#(results)]}"#.utf8))
    }
}
