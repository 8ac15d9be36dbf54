import HTTPTypes
import Hummingbird
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysServiceRuntime
import JobsysTestKit
import Testing

@Suite("The contract", .timeLimit(.minutes(1)))
struct OpenAPITests {
    private let api = APIFixture()

    private func document() async throws -> JSONValue {
        let answer = try await api.answer(.get, "/openapi.json")
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType] == "application/json")
        return try JSONValue(parsing: answer.text)
    }

    @Test("has every route of the API, and no other")
    func routes() async throws {
        let paths = try #require(try await document()["paths"]?.objectValue)
        let methods = ["get", "post", "put", "patch", "delete"]
        let promised = paths.members.flatMap { path in
            (path.value.objectValue?.keys ?? []).filter(methods.contains).map { "\($0.uppercased()) \(path.key)" }
        }
        let routes = api.router().routes.filter { $0.method != .head && !$0.isPage }
        let served = routes.map { "\($0.method.rawValue) \($0.path)" }
        #expect(promised.sorted() == served.sorted())
    }

    @Test("has all statuses of jobs and all classes of failures")
    func vocabulary() async throws {
        let schemas = try await document()["components"]?["schemas"]
        #expect(schemas?["JobStatus"]?["enum"] == .array(JobStatus.allCases.map { .string($0.rawValue) }))
        #expect(schemas?["ErrorClass"]?["enum"] == .array(ErrorClass.allCases.map { .string($0.rawValue) }))
    }

    @Test("has every member of a job, and no other")
    func job() async throws {
        var job = Job.sample()
        (job.generation, job.tenant) = (1, "acme")
        job.orderingKey = "key"
        job.workflow = WorkflowMembership(
            workflow: job.id,
            key: "b",
            page: "page",
            index: 0,
            dependsOn: ["a"],
            continues: true,
            keepUntil: .sample
        )
        job.tick = ScheduleTick(scheduleID: "nightly", at: .sample)
        (job.runAt, job.cancelRequestedAt) = (.sample, .sample)
        (job.startedAt, job.finishedAt) = (.sample, .sample)
        job.result = "done"
        job.progress = JobProgress(0.5, "half", at: .sample)
        job.error = Job.RecordedFailure(errorClass: .system, message: "broken", at: .sample)
        api.store.put(job)
        let shown = try #require(try await api.answer(.get, "/jobs/\(job.id)").json?.objectValue)
        let schemas = try await document()["components"]?["schemas"]
        let summary = try #require(schemas?["JobSummary"]?["properties"]?.objectValue?.keys)
        #expect(shown.keys.sorted() == (summary + ["result", "waiting"]).sorted())
    }

    @Test("has every member of a schedule, and no other")
    func schedule() async throws {
        var schedule = Schedule.sample()
        schedule.key.tenant = "acme"
        (schedule.definition.maxAttempts, schedule.definition.orderingKey) = (1, "key")
        schedule.state.lastTick = .sample
        #expect(try await api.schedules.save(schedule, replacing: nil))
        schedule.key.id = "other"
        schedule.definition.timing = .every("1d")
        schedule.definition.timeZone = "Nowhere/Else"
        #expect(try await api.schedules.save(schedule, replacing: nil))
        let shown = try await api.answer(.get, "/schedules").json?["schedules"]?.arrayValue ?? []
        let members = Set(shown.flatMap { $0.objectValue?.keys ?? [] })
        let schema = try await document()["components"]?["schemas"]?["Schedule"]
        #expect(members.union(["payload"]) == Set(schema?["properties"]?.objectValue?.keys ?? []))
    }

    @Test("has every member of a worker, a type and a reason to wait, and all reasons")
    func directory() async throws {
        var worker = WorkerRecord.sample(at: api.clock.timestamp)
        worker.running = ["http": 1]
        try await api.directory.announce(worker)
        try await api.directory.announce(["http"], sensitive: ["http": ["customer.email"]], at: .sample)
        let pause = TypePause(at: .sample, by: "ada", reason: "why")
        _ = try await api.directory.pause("http", pause)
        _ = try await api.directory.limit("http", rate: .set(1), concurrency: .set(1))
        let schemas = try await document()["components"]?["schemas"]
        func members(_ schema: String) -> [String]? {
            schemas?[schema]?["properties"]?.objectValue?.keys.sorted()
        }
        let shown = try await api.answer(.get, "/workers").json?["workers"]?[0]
        #expect(shown?.objectValue?.keys.sorted() == members("Worker"))
        let type = try await api.answer(.get, "/types").json?["types"]?[0]
        #expect(type?.objectValue?.keys.sorted() == members("JobType"))
        #expect(
            schemas?["Waiting"]?["properties"]?["reason"]?["enum"]
                == .array(
                    Waiting.Reason.allCases.map { .string($0.rawValue) }
                )
        )
    }
}

extension Router<APIRequestContext>.RouteDescription {
    /// Whether it is for people and their browsers, of which the contract says nothing.
    var isPage: Bool { "\(path)".hasPrefix("/console") || "\(path)" == "/docs" }
}
