import Configuration
import HTTPTypes
import InMemoryLogging
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysServiceRuntime
import JobsysTestKit
import JobsysTime
import Logging
import Synchronization
import Testing

@testable import JobsysAPI

@Suite("The limit of open jobs", .timeLimit(.minutes(1)))
struct OpenJobsTests {
    private let api: APIFixture
    private let counter: CountingCounter

    init() {
        var api = APIFixture.asking()
        let clock = api.clock
        counter = CountingCounter(api.store)
        api.options.makeJobID = { _ in JobID(at: clock.timestamp) }
        let limits = OpenJobsLimits(tenants: ["acme": 3])
        api.quota = OpenJobsQuota(limits, counter: counter, elapsed: stopwatch(clock))
        self.api = api
    }

    private static let job = #"{"type": "transform", "payload": {"text": "x"}}"#

    private func key(_ tenant: String?, scopes: Set<Scope> = [.submitJobs, .redriveJobs]) async throws -> APIKeyText {
        try await api.makeKey(tenant: tenant, scopes: scopes)
    }

    private func submit(_ key: APIKeyText, _ idempotencyKey: String? = nil) async throws -> Answer {
        var headers = HTTPFields.bearer(key)
        headers[.idempotencyKey] = idempotencyKey
        return try await api.submit(Self.job, headers: headers)
    }

    private func end(_ job: Job, as status: JobStatus) {
        var ended = job
        ended.status = status
        api.store.put(ended)
    }

    @Test("refuses a submission beyond it, says what, why and when, and makes nothing of it")
    func refusal() async throws {
        let key = try await key("acme")
        for _ in 0..<3 { #expect(try await submit(key).status == 202) }
        let refused = try await submit(key)
        #expect(refused.status == 429)
        #expect(refused.headers[.retryAfter] == "5")
        #expect(
            refused.json == [
                "type": "https://iana.org/assignments/http-problem-types#quota-exceeded",
                "title": "Request cannot be satisfied as assigned quota has been exceeded",
                "status": 429,
                "detail": "The tenant acme has 3 jobs that are not final, which is as many as it may have.",
                "violated-policies": ["open-jobs"],
                "requestId": "made-here",
            ]
        )
        #expect(api.store.jobs.count == 3)
        #expect(counter.counts == ["acme"])
    }

    @Test(
        "lets jobs in again when others have ended, which shows at the next count, and counts no more often than that"
    )
    func room() async throws {
        let key = try await key("acme")
        for _ in 0..<3 { #expect(try await submit(key).status == 202) }
        end(api.store.jobs[0], as: .succeeded)
        end(api.store.jobs[1], as: .failedFinal)
        api.clock.advance(by: .milliseconds(4900))
        #expect(try await submit(key).headers[.retryAfter] == "1")
        #expect(counter.counts.count == 1)
        api.clock.advance(by: .milliseconds(100))
        for status in [202, 202, 429, 429] { #expect(try await submit(key).status == status) }
        #expect(counter.counts.count == 2)
    }

    @Test("holds for each tenant that has one, and costs nobody else a count")
    func others() async throws {
        let (acme, other, nobody) = (try await key("acme"), try await key("other"), try await key(nil))
        for _ in 0..<4 {
            _ = try await submit(acme)
            #expect(try await submit(other).status == 202)
            #expect(try await submit(nobody).status == 202)
        }
        #expect(try await submit(acme).status == 429)
        #expect(counter.counts == ["acme"])
    }

    @Test("counts no repeated submission, and none that was refused")
    func repeats() async throws {
        let key = try await key("acme")
        #expect(try await submit(key, "one").status == 202)
        for _ in 0..<5 { #expect(try await submit(key, "one").status == 200) }
        for _ in 0..<5 { #expect(try await api.submit("{}", headers: .bearer(key)).status == 422) }
        for status in [202, 202, 429] { #expect(try await submit(key).status == status) }
    }

    @Test("answers each job of a batch on its own, and what follows in the order of a refused one waits for it")
    func batches() async throws {
        let key = try await key("acme")
        var headers = HTTPFields.bearer(key)
        headers[.contentType] = "application/json"
        let ordered = #"{"type": "transform", "payload": 1, "orderingKey": "o"}"#
        let jobs = Array(repeating: ordered, count: 5).joined(separator: ",")
        let answer = try await api.answer(.post, "/jobs:batch", headers: headers, body: #"{"jobs": [\#(jobs)]}"#)
        #expect(answer.status == 200)
        let results = try #require(answer.json?["results"]?.arrayValue)
        #expect(results.map { $0["status"] } == [202, 202, 202, 429, 503])
        #expect(results[3]["problem"]?["violated-policies"] == ["open-jobs"])
        #expect(results[3]["retryAfter"] == 5)
        #expect(api.store.jobs.count == 3)
    }

    @Test("counts a job that is redriven, and holds a tenant back from it, but no operator")
    func redrives() async throws {
        let (acme, operator_) = (try await key("acme"), try await key(nil))
        for _ in 0..<3 { #expect(try await submit(acme).status == 202) }
        var failed = Job.sample()
        (failed.tenant, failed.status) = ("acme", .failedFinal)
        api.store.put(failed)
        func redrive(_ key: APIKeyText) async throws -> Int {
            try await api.answer(.post, "/jobs/\(failed.id)/redrive", headers: .bearer(key)).status
        }
        #expect(try await redrive(acme) == 429)
        #expect(api.store.jobs.contains(failed))
        #expect(try await redrive(operator_) == 202)
        end(failed, as: .cancelled)
        end(try #require(api.store.jobs.first { $0.id != failed.id }), as: .succeeded)
        api.clock.advance(by: .seconds(5))
        #expect(try await redrive(acme) == 202)
        #expect(try await submit(acme).status == 429)
    }

    @Test("stops nobody while jobs cannot be counted: what was counted holds for a minute")
    func outage() async throws {
        let key = try await key("acme")
        counter.fail(true)
        for _ in 0..<5 { #expect(try await submit(key).status == 202) }
        #expect(counter.counts.count == 1)
        counter.fail(false)
        api.clock.advance(by: .seconds(5))
        #expect(try await submit(key).status == 429)
        counter.fail(true)
        api.clock.advance(by: .seconds(60))
        #expect(try await submit(key).status == 429)
        api.clock.advance(by: .seconds(5))
        #expect(try await submit(key).status == 202)
        let warnings = api.logs.entries.filter { "\($0.message)".hasPrefix("open jobs cannot be counted") }
        #expect(warnings.map(\.level) == [.warning, .debug, .debug])
    }

    @Test(
        "has those who submit at the same time wait for one count, and lets no more of them in than there is room for"
    )
    func together() async throws {
        let key = try await key("acme")
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await submit(key).status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 202 } == 3)
        #expect(statuses.count { $0 == 429 } == 17)
        #expect(counter.counts.count == 1)
    }

    @Test("counts the rarer the more there are")
    func largeTenants() async throws {
        let quota = OpenJobsQuota(
            OpenJobsLimits(each: 100_000),
            counter: FixedCounter(jobs: 100_000),
            elapsed: stopwatch(api.clock)
        )
        @Sendable func isNew(_ result: Void) -> Bool { true }
        let problem = await #expect(throws: Problem.self) { try await quota.admitting("x", isNew: isNew) {} }
        #expect(problem?.headers[.retryAfter] == "55")
    }

    @Test(
        "is read from one setting, and what is malformed is named",
        arguments: [
            ("1000", OpenJobsLimits(each: 1000)),
            (" 7 , acme = 5000", OpenJobsLimits(each: 7, tenants: ["acme": 5000])),
            ("acme=1,b.c_d-e=100000", OpenJobsLimits(tenants: ["acme": 1, "b.c_d-e": 100_000])),
            ("0", nil), ("100001", nil), ("-1", nil), ("+1", nil), ("1.5", nil), ("acme", nil), ("acme=", nil),
            ("=1", nil), ("acme=0", nil), ("ACME=1", nil), ("acme=1,acme=2", nil), ("1,2", nil), ("1,", nil),
            ("acme==1", nil), ("acme=1=2", nil), ("99999999999999999999", nil),
        ] as [(String, OpenJobsLimits?)]
    )
    func setting(text: String, limits: OpenJobsLimits?) throws {
        let variables = [
            "DDB_TABLE": "Jobs", "SQS_QUEUE_URL": "http://localhost/0/jobs",
            "SQS_FIFO_QUEUE_URL": "http://localhost/0/jobs.fifo", "OPEN_JOBS_LIMIT": text,
        ]
        let config = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables))
        if let limits {
            #expect(try APIConfiguration(config: config).openJobs == limits)
        } else {
            let error = try #require(throws: ConfigurationError.self) { try APIConfiguration(config: config) }
            #expect(error.key == "OPEN_JOBS_LIMIT")
            #expect("\(error)".contains("1000,acme=5000"))
        }
    }
}

/// Counts open jobs, and how often it did.
private final class CountingCounter: OpenJobCounter {
    private let store: InMemoryJobStore
    private let state = Mutex((counts: [String](), fails: false))

    init(_ store: InMemoryJobStore) {
        self.store = store
    }

    /// Whose jobs were counted.
    var counts: [String] { state.withLock(\.counts) }

    func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }

    func openJobs(of tenant: String, upTo limit: Int) async throws -> Int {
        let fails = state.withLock { state in
            state.counts.append(tenant)
            return state.fails
        }
        if fails { throw DependencyError.outage }
        return try await store.openJobs(of: tenant, upTo: limit)
    }
}

private struct FixedCounter: OpenJobCounter {
    let jobs: Int

    func openJobs(of tenant: String, upTo limit: Int) async throws -> Int { jobs }
}
