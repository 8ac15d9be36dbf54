import HTTPTypes
import InMemoryLogging
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysServiceTestKit
import JobsysTestKit
import JobsysTime
import Logging
import NIOCore
import Synchronization
import Testing

@Suite("A batch", .timeLimit(.minutes(1)))
struct BatchTests {
    private let api: APIFixture

    init() {
        var api = APIFixture()
        let clock = api.clock
        api.options.makeJobID = { _ in JobID(at: clock.timestamp) }
        self.api = api
    }

    private func submit(
        _ jobs: [String],
        headers: HTTPFields = [:],
        to store: (any JobStore)? = nil
    ) async throws -> Answer {
        try await send("{\"jobs\":[\(jobs.joined(separator: ","))]}", headers: headers, to: store)
    }

    private func send(
        _ body: String,
        headers: HTTPFields = [:],
        to store: (any JobStore)? = nil
    ) async throws -> Answer {
        var headers = headers
        headers[.contentType] = headers[.contentType] ?? "application/json"
        return try await api.application(over: store)
            .test(.router) { [headers] client in
                let buffer = ByteBuffer(string: body)
                return Answer(
                    try await client.execute(uri: "/jobs:batch", method: .post, headers: headers, body: buffer)
                )
            }
    }

    /// A job by its number and its other members.
    private static func job(_ number: Int, _ members: String = "") -> String {
        #"{"type":"task","payload":\#(number)\#(members.isEmpty ? "" : ",")\#(members)}"#
    }

    private static func statuses(_ answer: Answer) -> [Int] {
        answer.json?["results"]?.arrayValue?.map { $0["status"]?.intValue ?? 0 } ?? []
    }

    @Test("answers each job on its own and in order: the good ones are there, whatever is wrong with others")
    func eachOnItsOwn() async throws {
        _ = try await api.submit(Self.job(7), headers: [.idempotencyKey: "order-7"])
        let long = String(repeating: "x", count: 256 * 1024 - 1)
        let answer = try await submit([
            Self.job(1), #"{"type":"No Such","idempotencyKey":""}"#, Self.job(7, #""idempotencyKey":"order-7""#),
            Self.job(8, #""idempotencyKey":"order-7""#), "17", #"{"type":"task","payload":"\#(long)"}"#,
            #"{"type":"task","payload":1,"payload":2}"#, Self.job(9, #""idempotencyKey":"two words""#),
            Self.job(2, #""delaySeconds":60,"maxAttempts":2,"orderingKey":"o""#),
        ])
        #expect(answer.status == 200)
        #expect(answer.headers[.cacheControl] == "no-store")
        let results = try #require(answer.json?["results"]?.arrayValue)
        #expect(Self.statuses(answer) == [202, 422, 200, 422, 400, 413, 400, 422, 202])
        let invalid = "Members of the job are missing or wrong."
        let rule = "must be a string of 1 to 255 visible ASCII characters, without spaces"
        let type = "must be a string of 1 to 64 of a-z, 0-9, '.', '_' and '-' that starts with a letter"
        #expect(
            results[1]["problem"]
                == problem(
                    422,
                    "Unprocessable Content",
                    invalid,
                    errors: [
                        ["pointer": "/idempotencyKey", "message": .string(rule)],
                        ["pointer": "/type", "message": .string(type)],
                        ["pointer": "/payload", "message": "is missing; any JSON value will do"],
                    ]
                )
        )
        #expect(results[3]["problem"]?["type"] == "urn:jobsys:problem:idempotency-key-reused")
        #expect(
            results[4]
                == [
                    "status": 400,
                    "problem": problem(400, "Bad Request", "The job must be a JSON object, and it is a number."),
                ]
        )
        #expect(
            results[5]["problem"]?["detail"] == "The payload has 262145 bytes as compact JSON; the limit is 262144."
        )
        #expect(results[6]["problem"]?["detail"]?.stringValue?.contains("the name appears twice") == true)
        #expect(results[7]["problem"]?["errors"] == [["pointer": "/idempotencyKey", "message": .string(rule)]])
        let shown = try #require(results[8]["job"])
        #expect(shown["status"] == "SCHEDULED" && shown["maxAttempts"] == 2 && shown["orderingKey"] == "o")
        let payloads = api.store.jobs.map(\.payload.serializedString).sorted()
        #expect(payloads == ["1", "2", "7"])
        for result in results {
            guard let id = result["job"]?["jobId"]?.stringValue else { continue }
            let answer = try await api.answer(.get, "/jobs/\(id)")
            var job = try #require(answer.json?.objectValue)
            // What holds for that moment alone.
            job["waiting"] = nil
            #expect(.object(job) == result["job"])
        }
    }

    @Test(
        "of jobs with the same key answers as requests in a row would be, also in one trace and over a slow store",
        arguments: [(1, [202, 200, 200]), (2, [202, 422, 422])]
    )
    func sameKey(number: Int, statuses: [Int]) async throws {
        let key = #""idempotencyKey":"k""#
        let headers: HTTPFields = [.traceparent: "00-67891233abcdef0123456789aaaaaaaa-463ac35c9f6413ad-01"]
        let answer = try await submit(
            [Self.job(1, key), Self.job(number, key), Self.job(number, key), Self.job(1)],
            headers: headers,
            to: slowForEarlierJobs()
        )
        #expect(Self.statuses(answer) == statuses + [202])
        #expect(api.store.jobs.count == 2)
        #expect(api.store.jobs.first { $0.idempotencyKey == "k" }?.payload == 1)
    }

    /// A store that takes the longer for a new record the fewer there were before.
    private func slowForEarlierJobs() -> InterceptingStore {
        let left = Mutex(40)
        return InterceptingStore(api.store) { _ in
            let pause = left.withLock { left in
                left -= 1
                return left
            }
            for _ in 0..<max(0, pause * 20) { await Task.yield() }
        }
    }

    @Test("is repeated without making a second job, also by the same trace at the same instant")
    func repeated() async throws {
        let jobs = (0..<100).map { Self.job($0, #""idempotencyKey":"k\#($0)""#) }
        let first = try await submit(jobs)
        #expect(Self.statuses(first) == Array(repeating: 202, count: 100))
        let second = try await submit(jobs)
        #expect(Self.statuses(second) == Array(repeating: 200, count: 100))
        func ids(_ answer: Answer) -> [JSONValue?] {
            answer.json?["results"]?.arrayValue?.map { $0["job"]?["jobId"] } ?? []
        }
        #expect(ids(first) == ids(second) && Set(ids(first)).count == 100)
        #expect(api.store.jobs.count == 100)
    }

    @Test("keeps the order of jobs that share an ordering key, over a store that is slower for the earlier ones")
    func order() async throws {
        let store = slowForEarlierJobs()
        let jobs = (0..<40).map { Self.job($0, #""orderingKey":"\#($0 % 3)""#) }
        #expect(Self.statuses(try await submit(jobs, to: store)) == Array(repeating: 202, count: 40))
        let numbers = try api.queue.bodies.map { body in
            let id = try JSONValue(parsing: body)["jobId"]?.stringValue
            return try #require(api.store.jobs.first { $0.id.description == id }?.payload.intValue)
        }
        for remainder in 0..<3 {
            let sent = numbers.filter { $0 % 3 == remainder }
            #expect(sent == sent.sorted() && sent.count >= 13)
        }
    }

    @Test("has few jobs under way at a time")
    func width() async throws {
        let counts = Mutex((now: 0, most: 0))
        let store = InterceptingStore(api.store) { _ in
            counts.withLock { counts in
                counts.now += 1
                counts.most = max(counts.most, counts.now)
            }
            for _ in 0..<50 { await Task.yield() }
            counts.withLock { $0.now -= 1 }
        }
        #expect(Self.statuses(try await submit((0..<100).map { Self.job($0) }, to: store)).count == 100)
        #expect((2...16).contains(counts.withLock(\.most)))
    }

    @Test("answers for each job when to submit it again while the table cannot be reached, and the log has the cause")
    func storeDown() async throws {
        api.store.fail(with: .outage)
        let answer = try await submit([Self.job(1), "{}", Self.job(2)])
        #expect(answer.status == 200)
        #expect(Self.statuses(answer) == [503, 422, 503])
        let results = try #require(answer.json?["results"]?.arrayValue)
        #expect(results[0]["retryAfter"] == 1 && results[2]["retryAfter"] == 1)
        #expect(results[1]["retryAfter"] == nil)
        let line = try #require(api.logs.entries.last)
        #expect(line.level == .warning)
        #expect(line.message == "request")
        #expect(line.metadata["http.status"] == "200")
        #expect(line.metadata["http.route"] == "/jobs:batch")
        #expect(line.metadata["dependency.code"] == "TransportTimedOut")
        #expect(
            ["new", "repeated", "refused", "failed"].map { line.metadata["batch.\($0)"]?.description }
                == ["0", "0", "1", "2"]
        )
    }

    @Test("has no message without its record; those that were not sent are sent by a repeat")
    func queueDown() async throws {
        let jobs = (0..<30).map { Self.job($0, #""idempotencyKey":"k\#($0)""#) }
        api.queue.fail(with: .outage)
        #expect(Self.statuses(try await submit(jobs)) == Array(repeating: 503, count: 30))
        #expect(api.queue.bodies.isEmpty)
        #expect(api.store.jobs.count == 30)
        api.queue.fail(with: nil)
        #expect(Self.statuses(try await submit(jobs)) == Array(repeating: 200, count: 30))
        #expect(api.queue.bodies.sorted() == api.store.jobs.map(\.message.body).sorted())
    }

    @Test("holds back the jobs that must follow one that is to be submitted again, and no other")
    func brokenOrder() async throws {
        let store = InterceptingStore(api.store) { job in
            if job.payload == 1 { throw DependencyError.outage }
        }
        let key = #""orderingKey":"o""#
        let answer = try await submit(
            [Self.job(0, key), Self.job(1, key), Self.job(2, key), Self.job(3), Self.job(4, #""orderingKey":"p""#)],
            to: store
        )
        #expect(Self.statuses(answer) == [202, 503, 503, 202, 202])
        let held = try #require(answer.json?["results"]?[2])
        #expect(held["retryAfter"] == 1)
        #expect(held["problem"]?["detail"]?.stringValue?.hasPrefix("An earlier job of the same ordering key") == true)
        #expect(api.store.jobs.map(\.payload.intValue).compactMap(\.self).sorted() == [0, 3, 4])
        // A job that is refused is not submitted again, so that nothing waits for it.
        let refused = try await submit([#"{"type":"task","orderingKey":"o"}"#, Self.job(5, key)])
        #expect(Self.statuses(refused) == [422, 202])
    }

    @Test("begins no further job after ten seconds")
    func time() async throws {
        let clock = api.clock
        let store = InterceptingStore(api.store) { _ in clock.advance(by: .seconds(4)) }
        let answer = try await submit((0..<6).map { Self.job($0, #""orderingKey":"o""#) }, to: store)
        #expect(Self.statuses(answer) == [202, 202, 202, 503, 503, 503])
        #expect(answer.json?["results"]?[5]?["retryAfter"] == 1)
        #expect(api.store.jobs.count == 3)
    }

    @Test("puts all jobs into the caller's trace, or each into its own")
    func traces() async throws {
        let headers: HTTPFields = [.traceparent: "00-67891233abcdef0123456789aaaaaaaa-463ac35c9f6413ad-01"]
        _ = try await submit([Self.job(1), Self.job(2)], headers: headers)
        #expect(Set(api.store.jobs.map(\.traceID.description)) == ["67891233abcdef0123456789aaaaaaaa"])
        _ = try await submit([Self.job(3), Self.job(4)])
        #expect(Set(api.store.jobs.map(\.traceID)).count == 3)
    }

    @Test(
        "that is none is refused as a whole, and nothing is submitted",
        arguments: [
            ("", 400, nil), ("{", 400, nil), ("[]", 400, nil), (#"{"jobs":[1,]}"#, 400, nil),
            (#"{"jobs":[{"type":"task","payload":1}]} x"#, 400, nil), (#"{"jobs":[1],"jobs":[2]}"#, 400, nil),
            ("{}", 422, "/jobs is missing; it must be an array of 1 to 100 jobs"),
            (#"{"jobs":{}}"#, 422, "/jobs must be an array of 1 to 100 jobs, and is an object"),
            (#"{"jobs":[]}"#, 422, "/jobs must be an array of 1 to 100 jobs, and has 0"),
            (
                #"{"jobs":[\#(Array(repeating: job(1), count: 101).joined(separator: ","))]}"#, 422,
                "/jobs must be an array of 1 to 100 jobs, and has 101"
            ),
            (#"{"jobs":[{"type":"task","payload":1}],"x":1}"#, 422, "/x is not a member that a batch has"),
            (#"{"jobs":["# + String(repeating: " ", count: 2 * 1024 * 1024), 413, nil),
        ] as [(String, Int, String?)]
    )
    func refused(body: String, status: Int, error: String?) async throws {
        let answer = try await send(body)
        #expect(answer.status == status)
        #expect(answer.headers[.contentType] == "application/problem+json")
        let errors = answer.json?["errors"]?.arrayValue?
            .map { "\($0["pointer"]?.stringValue ?? "") \($0["message"]?.stringValue ?? "")" }
        #expect(errors?.first == error)
        #expect(api.store.jobs.isEmpty && api.queue.bodies.isEmpty)
    }

    @Test("says that a key in the header is for one job, and that its body must be called JSON")
    func headers() async throws {
        let keyed = try await submit([Self.job(1)], headers: [.idempotencyKey: "k"])
        #expect(keyed.status == 422)
        #expect(keyed.json?["detail"]?.stringValue?.contains("has a member idempotencyKey instead") == true)
        #expect(try await submit([Self.job(1)], headers: [.contentType: "text/plain"]).status == 415)
        #expect(api.store.jobs.isEmpty)
    }
}

extension HTTPField.Name {
    fileprivate static let traceparent: HTTPField.Name = {
        guard let name = HTTPField.Name("traceparent") else { preconditionFailure("it is a field's name") }
        return name
    }()
}

/// A store that does something before each new record, which may throw.
private struct InterceptingStore: JobStore {
    let store: any JobStore
    let beforeCreate: @Sendable (Job) async throws -> Void

    init(_ store: any JobStore, beforeCreate: @escaping @Sendable (Job) async throws -> Void) {
        self.store = store
        self.beforeCreate = beforeCreate
    }

    func create(_ job: Job) async throws -> Creation {
        try await beforeCreate(job)
        return try await store.create(job)
    }

    func job(_ id: JobID) async throws -> Job? { try await store.job(id) }
    func claim(_ claim: Claim) async throws -> ClaimResult { try await store.claim(claim) }
    func takeOver(_ job: Job, by claim: Claim) async throws -> FencedWrite { try await store.takeOver(job, by: claim) }

    func extendLease(
        of run: Run,
        until expiry: Timestamp,
        progress: JobProgress?
    ) async throws -> FencedWrite {
        try await store.extendLease(of: run, until: expiry, progress: progress)
    }

    func conclude(_ run: Run, with conclusion: Conclusion, at now: Timestamp) async throws -> FencedWrite {
        try await store.conclude(run, with: conclusion, at: now)
    }

    func checkReachable() async throws { try await store.checkReachable() }
}
