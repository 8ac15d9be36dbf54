import JobsysClient
import JobsysJSON
import Testing

private struct Transform: Codable {
    var text: String
    var sleepMs: Int?
}

private struct Transformed: Codable, Equatable {
    var text: String
    var length: Int
}

extension JobName<Transform> {
    fileprivate static var transform: Self { JobName("transform") }
}

extension JobName<JSONValue> {
    fileprivate static var drill: Self { JobName("drill") }
}

@Suite(
    "The client of svc-api",
    .endToEnd,
    .deployment(.api, .worker, .dlqHandler, settings: ["LEASE_SECONDS": "6"]),
    .timeLimit(.minutes(15))
)
struct JobClientTests {
    private func client() async throws -> JobClient {
        try JobClient(url: "http://\(try await Deployment.current.client.authority)")
    }

    @Test("submits by the type's own parameters, waits, and reads the result as a type; a key makes repeats one job")
    func submits() async throws {
        let client = try await client()
        let job = try await client.submit(
            .transform,
            Transform(text: "straße", sleepMs: 100),
            idempotencyKey: "client-1"
        )
        #expect(!job.status.isFinal && job.type == "transform" && job.maxAttempts == 4)
        let again = try await client.submit(
            .transform,
            Transform(text: "straße", sleepMs: 100),
            idempotencyKey: "client-1"
        )
        #expect(again.id == job.id)
        let done = try await client.wait(for: job.id, upTo: .seconds(60))
        #expect(done.status == .succeeded && done.attempts == 1 && done.finishedAt != nil)
        #expect(try done.result(as: Transformed.self) == Transformed(text: "STRASSE", length: 7))
        let other = await #expect(throws: JobClientError.self) {
            try await client.submit(.transform, Transform(text: "other"), idempotencyKey: "client-1")
        }
        #expect(other?.kind == .conflict)
        #expect(try await client.submit(.transform, Transform(text: "straße", sleepMs: 100)).id != job.id)
    }

    @Test("cancels a job that waits, redrives what failed, and lists both")
    func intervenes() async throws {
        let client = try await client()
        let waiting = try await client.submit(.transform, Transform(text: "later"), delay: .seconds(600))
        #expect(try await client.wait(for: waiting.id, upTo: .seconds(1)).status == .scheduled)
        #expect(try await client.cancel(waiting.id).status == .cancelled)
        let failing = try await client.submit(.drill, ["class": "VALIDATION"])
        let failed = try await client.wait(for: failing.id, upTo: .seconds(60))
        #expect(failed.status == .failedFinal && failed.failure?.errorClass == .validation && failed.result == nil)
        let redriven = try await client.redrive(failed.id, as: .drill, with: [:])
        #expect(redriven.generation == 1)
        #expect(try await client.wait(for: failed.id, upTo: .seconds(60)).status == .succeeded)
        let conflict = await #expect(throws: JobClientError.self) { try await client.cancel(failed.id) }
        #expect(conflict?.kind == .conflict && conflict?.status == 409)
        var listed: [JobID] = []
        for try await job in client.jobs(status: .cancelled, type: "transform") { listed.append(job.id) }
        #expect(listed.contains(waiting.id) && !listed.contains(failed.id))
    }

    @Test("says what is wrong: a member, a job that is not there, a service that is not there, a URL that is none")
    func errors() async throws {
        let client = try await client()
        let invalid = await #expect(throws: JobClientError.self) {
            try await client.submit(.transform, Transform(text: "a"), maxAttempts: 9)
        }
        #expect(invalid?.kind == .invalid && invalid?.problems.map(\.pointer) == ["/maxAttempts"])
        let missing = await #expect(throws: JobClientError.self) { try await client.job(JobID(at: .now())) }
        #expect(missing?.kind == .notFound)
        let nowhere = try JobClient(url: "http://127.0.0.1:1", patience: .seconds(1))
        let unavailable = await #expect(throws: JobClientError.self) { try await nowhere.job(JobID(at: .now())) }
        #expect(unavailable?.kind == .unavailable && unavailable?.mayHaveBeenDone == false)
        #expect(throws: JobClientError.self) { try JobClient(url: "ftp://127.0.0.1") }
    }
}
