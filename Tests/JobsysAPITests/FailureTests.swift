import HTTPTypes
import InMemoryLogging
import JobsysCore
import JobsysJSON
import JobsysServiceTestKit
import JobsysTestKit
import JobsysTime
import Logging
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FailureTests {
    private let body = #"{"type":"transform","payload":{"text":"hello"}}"#
    private let unavailable = problem(
        503,
        "Service Unavailable",
        "A service that this one depends on did not answer."
            + " Ask again; with an Idempotency-Key, a repeated submission makes no second job."
    )

    @Test("While the table cannot be reached, everything is answered with 503 and when to ask again")
    func storeDown() async throws {
        let api = APIFixture()
        api.store.fail(with: .outage)
        for answer in [try await api.submit(body), try await api.answer(.get, "/jobs/\(APIFixture.jobID)?wait=5")] {
            #expect(answer.status == 503)
            #expect(answer.headers[.retryAfter] == "1")
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(answer.json == unavailable)
        }
    }

    @Test("A submission whose message could not be sent is answered with 503, and its repeat sends it")
    func queueDown() async throws {
        let api = APIFixture()
        api.queue.fail(with: .outage)
        let failed = try await api.submit(body, headers: [.idempotencyKey: "order-7"])
        #expect(failed.status == 503)
        #expect(failed.json == unavailable)
        #expect(api.queue.bodies.isEmpty)
        api.queue.fail(with: nil)
        let repeated = try await api.submit(body, headers: [.idempotencyKey: "order-7"])
        #expect(repeated.status == 200)
        #expect(api.queue.bodies == api.store.jobs.map(\.message.body))
        #expect(api.store.jobs.count == 1)
    }

    @Test(
        "A dependency that is not there, or refuses us, is answered with 503, and the log has the cause",
        arguments: [
            ("dynamodb", "ResourceNotFoundException"), ("sqs", "QueueDoesNotExist"),
            ("sqs", "AWS.SimpleQueueService.NonExistentQueue"), ("dynamodb", "AccessDeniedException"),
            ("dynamodb", "ExpiredTokenException"), ("dynamodb", "UnrecognizedClientException"),
            ("sqs", "InvalidClientTokenId"), ("dynamodb", "CredentialsUnavailable"),
        ]
    )
    func unusable(dependency: String, code: String) async throws {
        let api = APIFixture()
        let error = DependencyError(dependency: dependency, code: code, message: "no", isTransient: false)
        dependency == "sqs" ? api.queue.fail(with: error) : api.store.fail(with: error)
        let answer = try await api.submit(body)
        #expect(answer.status == 503)
        #expect(answer.headers[.retryAfter] == "10")
        let detail =
            "A service that this one depends on is missing or refuses it; its cause is in the log."
            + " Ask again; with an Idempotency-Key, a repeated submission makes no second job."
        #expect(answer.json == problem(503, "Service Unavailable", detail))
        let lines = api.logs.entries.filter { $0.level >= .warning }
        #expect(lines.map(\.level) == [.error])
        #expect(lines.map(\.message) == ["request"])
        #expect("\(try #require(lines.first?.error))" == "\(dependency): \(code): no")
        #expect(lines.first?.metadata["dependency.name"] == "\(dependency)")
        #expect(lines.first?.metadata["dependency.code"] == "\(code)")
        #expect(try await api.answer(.get, "/readyz").status == 503)
    }

    @Test("A request that a dependency refuses is answered with 500 and tells nothing, but the log has the cause")
    func denied() async throws {
        let api = APIFixture()
        api.store.fail(with: .tooLarge)
        let answer = try await api.submit(body)
        #expect(answer.status == 500)
        #expect(answer.headers[.retryAfter] == nil)
        #expect(
            answer.json == problem(500, "Internal Server Error", "The request failed; its cause is in the log.")
        )
        let line = try #require(api.logs.entries.last)
        #expect(line.level == .error)
        #expect(line.message == "request")
        #expect("\(try #require(line.error))" == "dynamodb: ValidationException: no")
        #expect(
            line.metadata == [
                "requestId": "made-here",
                "http.method": "POST",
                "http.route": "/jobs",
                "http.status": "500",
                "http.durationMs": "0",
                "dependency.name": "dynamodb",
                "dependency.code": "ValidationException",
                "dependency.cause": "the item has 500 kB",
            ]
        )
    }

    @Test("An error that nobody foresaw is answered with 500, without a word of it, and logged")
    func unknown() async throws {
        let api = APIFixture()
        let answer = try await api.application(over: BrokenStore(Surprise()))
            .test(.router) { client in
                Answer(try await client.execute(uri: "/jobs/\(APIFixture.jobID)", method: .get))
            }
        #expect(answer.status == 500)
        #expect(
            answer.json == problem(500, "Internal Server Error", "The request failed; its cause is in the log.")
        )
        #expect(api.logs.entries.last?.level == .error)
        #expect(api.logs.entries.last?.error is Surprise)
    }

    @Test("A request that is cut off by the end of the service is answered with 503")
    func cancelled() async throws {
        let api = APIFixture()
        let answer = try await api.application(over: BrokenStore(CancellationError()))
            .test(.router) { client in
                Answer(try await client.execute(uri: "/jobs/\(APIFixture.jobID)", method: .get))
            }
        #expect(answer.status == 503)
        #expect(answer.headers[.retryAfter] == "1")
        #expect(api.logs.entries.last?.level == .warning)
    }
}

private struct Surprise: Error {}

/// A store that throws what no store should.
private struct BrokenStore: JobStore {
    let error: any Error

    init(_ error: any Error) {
        self.error = error
    }

    func create(_ job: Job) async throws -> Creation { throw error }
    func job(_ id: JobID) async throws -> Job? { throw error }
    func claim(_ claim: Claim) async throws -> ClaimResult { throw error }
    func takeOver(_ job: Job, by claim: Claim) async throws -> FencedWrite { throw error }

    func extendLease(
        of run: Run,
        until expiry: Timestamp,
        progress: JobProgress?
    ) async throws -> FencedWrite { throw error }
    func conclude(_ run: Run, with conclusion: Conclusion, at now: Timestamp) async throws -> FencedWrite {
        throw error
    }
    func checkReachable() async throws { throw error }
}
