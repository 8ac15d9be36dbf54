import Configuration
import HTTPTypes
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysServiceRuntime
import JobsysTestKit
import JobsysTime
import Testing

@testable import JobsysAPI

@Suite("Limits of requests", .timeLimit(.minutes(1)))
struct RateLimitTests {
    private let api = APIFixture.asking()

    private static let job = #"{"type": "transform", "payload": {"text": "x"}}"#

    private func limited(_ text: String, processes: Int = 1) throws -> APIFixture {
        var api = api
        let limits = try #require(RateLimits(text))
        api.limiter = RateLimiter(limits, elapsed: stopwatch(api.clock), processes: { processes })
        return api
    }

    private func ask(_ api: APIFixture, _ key: APIKeyText) async throws -> Answer {
        try await api.answer(.get, "/jobs", headers: .bearer(key))
    }

    private func key(_ tenant: String?, _ scopes: Set<Scope> = [.submitJobs, .readJobs]) async throws -> APIKeyText {
        try await api.makeKey(tenant: tenant, scopes: scopes)
    }

    @Test("let a quota through at once, then refuse and say what, when and why, and let through as the time passes")
    func quota() async throws {
        let (api, key) = (try limited("tenant=3/s"), try await key("acme"))
        for left in [2, 1, 0] {
            let answer = try await ask(api, key)
            #expect(answer.status == 200)
            #expect(answer.headers[.rateLimitPolicy] == #""tenant";q=3;w=1"#)
            #expect(answer.headers[.rateLimit] == #""tenant";r=\#(left);t=1"#)
        }
        let calls = api.store.jobs.count
        let refused = try await api.submit(Self.job, headers: .bearer(key))
        #expect(refused.status == 429)
        #expect(refused.headers[.retryAfter] == "1")
        #expect(refused.headers[.rateLimit] == #""tenant";r=0;t=1"#)
        #expect(
            refused.json == [
                "type": "https://iana.org/assignments/http-problem-types#quota-exceeded",
                "title": "Request cannot be satisfied as assigned quota has been exceeded",
                "status": 429,
                "detail": "More was asked for than is let through: 3 requests in 1 s for each tenant.",
                "violated-policies": ["tenant"],
                "requestId": "made-here",
            ]
        )
        #expect(api.store.jobs.count == calls)
        api.clock.advance(by: .milliseconds(334))
        #expect(try await ask(api, key).status == 200)
        #expect(try await ask(api, key).status == 429)
        api.clock.advance(by: .seconds(60))
        #expect(try await ask(api, key).headers[.rateLimit] == #""tenant";r=2;t=1"#)
    }

    @Test("hold for all keys of a tenant together, and for each key by itself, and for nobody else")
    func owners() async throws {
        let api = try limited("tenant=3/m,key=2/m")
        let (one, two, other) = (try await key("acme"), try await key("acme"), try await key("other"))
        #expect(try await ask(api, one).status == 200)
        let last = try await ask(api, one)
        #expect(last.headers[.rateLimitPolicy] == #""tenant";q=3;w=60, "key";q=2;w=60"#)
        #expect(last.headers[.rateLimit] == #""tenant";r=1;t=40, "key";r=0;t=60"#)
        let byKey = try await ask(api, one)
        #expect(byKey.json?["violated-policies"] == ["key"])
        #expect(byKey.headers[.retryAfter] == "30")
        // What was refused has taken nothing from the tenant.
        #expect(try await ask(api, two).status == 200)
        #expect(try await ask(api, two).json?["violated-policies"] == ["tenant"])
        #expect(try await ask(api, other).status == 200)
    }

    @Test("count each job of a batch, let a batch through whole, and have those after it wait for so much longer")
    func batches() async throws {
        let (api, key) = (try limited("tenant=2/s"), try await key("acme"))
        var headers = HTTPFields.bearer(key)
        headers[.contentType] = "application/json"
        let batch = #"{"jobs": [\#(Array(repeating: Self.job, count: 5).joined(separator: ","))]}"#
        let answer = try await api.answer(.post, "/jobs:batch", headers: headers, body: batch)
        #expect(answer.status == 200)
        #expect(answer.headers[.rateLimit] == #""tenant";r=0;t=3"#)
        let refused = try await api.answer(.post, "/jobs:batch", headers: headers, body: batch)
        #expect(refused.status == 429)
        #expect(refused.headers[.retryAfter] == "2")
        api.clock.advance(by: .seconds(2))
        #expect(try await ask(api, key).status == 200)
    }

    @Test("are shared by the processes there are, and each lets one request through at least")
    func share() async throws {
        let key = try await key("acme")
        for (processes, admitted) in [(1, 4), (2, 2), (3, 1), (9, 1)] {
            let api = try limited("tenant=4/m", processes: processes)
            var count = 0
            while try await ask(api, key).status == 200 { count += 1 }
            #expect(count == admitted, "\(processes)")
        }
    }

    @Test("hold for whoever comes, all together, where no credentials are asked for")
    func anyone() async throws {
        var api = try limited("key=1/m")
        api.asksForCredentials = false
        #expect(try await api.answer(.get, "/jobs").status == 200)
        #expect(try await api.submit(Self.job).status == 429)
        #expect(api.store.jobs.isEmpty)
    }

    @Test(
        "do not hold where the service is watched and mended, nor for who may not use a route, and errors tell them too"
    )
    func exceptions() async throws {
        let api = try limited("tenant=1/m")
        let (admin, reader) = (try await key(nil, [.admin]), try await key(nil, [.readJobs]))
        let missing = try await api.answer(.get, "/jobs/\(APIFixture.jobID)", headers: .bearer(reader))
        #expect(missing.status == 404)
        #expect(missing.headers[.rateLimit] == #""tenant";r=0;t=60"#)
        for path in ["/workers", "/types", "/metrics", "/keys"] {
            let answer = try await api.answer(.get, path, headers: .bearer(admin))
            #expect(answer.status == 200, "\(path)")
            #expect(answer.headers[.rateLimit] == nil)
        }
        #expect(try await api.submit(Self.job, headers: .bearer(reader)).status == 403)
        #expect(try await api.answer(.get, "/healthz").status == 200)
    }

    @Test("keep a bounded number of buckets, and those that matter")
    func memory() throws {
        let clock = ManualClock()
        let limiter = RateLimiter(RateLimits(key: RateLimit(1, per: .second)), elapsed: stopwatch(clock))
        for number in 0..<(RateLimiter.capacity * 2) {
            _ = try limiter.admit(Principal(name: "\(number)", scopes: []))
            clock.advance(by: .microseconds(1))
        }
        #expect(limiter.bucketCount <= RateLimiter.capacity)
        let last = Principal(name: "\(RateLimiter.capacity * 2 - 1)", scopes: [])
        #expect(throws: Problem.self) { try limiter.admit(last) }
    }

    @Test(
        "are read from one setting, and what is malformed is named",
        arguments: [
            ("tenant=100/s,key=50/s", RateLimits(tenant: .init(100, per: .second), key: .init(50, per: .second))),
            (" key = 3000/m , tenant=1/s", RateLimits(tenant: .init(1, per: .second), key: .init(3000, per: .minute))),
            ("tenant=1000000/s", RateLimits(tenant: .init(1_000_000, per: .second))),
            ("tenant", nil), ("tenant=", nil), ("tenant=100", nil), ("tenant=100/h", nil), ("tenant=0/s", nil),
            ("tenant=-1/s", nil), ("tenant=+1/s", nil), ("tenant=1.5/s", nil), ("tenant=1000001/s", nil),
            ("tenant=1/s,", nil), ("tenant=1/s,tenant=2/s", nil), ("user=1/s", nil), ("tenant=1/s key=2/s", nil),
            ("tenant=1/s/s", nil), ("tenant==1/s", nil), ("TENANT=1/s", nil), ("tenant=99999999999999999999/s", nil),
        ] as [(String, RateLimits?)]
    )
    func setting(text: String, limits: RateLimits?) throws {
        let variables = [
            "DDB_TABLE": "Jobs", "SQS_QUEUE_URL": "http://localhost/0/jobs",
            "SQS_FIFO_QUEUE_URL": "http://localhost/0/jobs.fifo", "RATE_LIMITS": text,
        ]
        let config = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables))
        if let limits {
            #expect(try APIConfiguration(config: config).rateLimits == limits)
        } else {
            let error = try #require(throws: ConfigurationError.self) { try APIConfiguration(config: config) }
            #expect(error.key == "RATE_LIMITS")
            #expect("\(error)".contains("tenant=100/s,key=3000/m"))
        }
    }
}

@Suite("The count of svc-api's processes", .timeLimit(.minutes(1)))
struct LiveAPITests {
    private let directory = InMemoryWorkerDirectory()
    private let clock = ManualClock()

    private func process(_ id: String) -> LiveAPIs {
        LiveAPIs(directory, id: id, clock: clock, now: { [clock] in clock.timestamp })
    }

    @Test("is one at first, that of those who have said so lately, and what it was while the directory does not answer")
    func count() async throws {
        let (one, two) = (process("one"), process("two"))
        #expect(one.count == 1)
        try await one.update()
        try await two.update()
        #expect(one.count == 1)
        #expect(two.count == 2)
        try await one.update()
        #expect(one.count == 2)
        directory.fail(with: .outage)
        await #expect(throws: DependencyError.self) { try await one.update() }
        #expect(one.count == 2)
        directory.fail(with: nil)
        clock.advance(by: APIRecord.lifetime)
        try await one.update()
        #expect(one.count == 1)
    }

    @Test("goes down when a process has ended")
    func end() async throws {
        let (one, two) = (process("one"), process("two"))
        let task = Task { try await two.run() }
        while try await directory.apis(at: clock.timestamp).isEmpty { await Task.yield() }
        try await one.update()
        #expect(one.count == 2)
        task.cancel()
        try await task.value
        try await one.update()
        #expect(one.count == 1)
    }
}
