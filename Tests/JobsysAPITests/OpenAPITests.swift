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
        let served = api.router().routes.filter { $0.method != .head }.map { "\($0.method.rawValue) \($0.path)" }
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
        job.generation = 1
        job.orderingKey = "key"
        (job.runAt, job.cancelRequestedAt) = (.sample, .sample)
        (job.startedAt, job.finishedAt) = (.sample, .sample)
        job.result = "done"
        job.progress = JobProgress(0.5, "half", at: .sample)
        job.error = Job.RecordedFailure(errorClass: .system, message: "broken", at: .sample)
        api.store.put(job)
        let shown = try #require(try await api.answer(.get, "/jobs/\(job.id)").json?.objectValue)
        let schemas = try await document()["components"]?["schemas"]
        let summary = try #require(schemas?["JobSummary"]?["properties"]?.objectValue?.keys)
        #expect(shown.keys.sorted() == (summary + ["result"]).sorted())
    }
}
