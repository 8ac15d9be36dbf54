import HTTPTypes
import JobsysCore
import JobsysJSON
import JobsysServiceTestKit
import JobsysTestKit
import JobsysTime
import Testing

@Suite(.timeLimit(.minutes(1)))
struct JobTests {
    @Test("A job that has done nothing yet shows what it has and leaves out the rest")
    func pending() async throws {
        let api = APIFixture()
        let job = Job.sample()
        api.store.put(job)
        let answer = try await api.answer(.get, "/jobs/\(job.id)")
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType] == "application/json")
        #expect(answer.headers[.cacheControl] == "no-store")
        #expect(
            answer.text == """
                {"jobId":"\(job.id)","type":"transform","status":"PENDING","attempts":0,"maxAttempts":4,\
                "createdAt":"2025-11-21T10:13:20.123Z","updatedAt":"2025-11-21T10:13:20.123Z",\
                "waiting":{"reason":"queued",\
                "detail":"It waits for a worker; nothing is known of those that there are."},\
                "traceId":"67891233abcdef012345678912345678"}
                """
        )
    }

    @Test("A job that has been through everything shows all of it")
    func everything() async throws {
        let api = APIFixture()
        var job = Job.sample()
        job.status = .failedFinal
        job.attempts = 3
        job.result = ["partial": [1, true]]
        job.error = Job.RecordedFailure(errorClass: .rateLimit, message: "slow down", at: .sample + .seconds(3))
        job.startedAt = .sample + .seconds(2)
        job.finishedAt = .sample + .seconds(3)
        job.updatedAt = .sample + .seconds(3)
        job.lease = Job.Lease(owner: "secret-owner", messageID: "message-1", expiresAt: nil)
        api.store.put(job)
        let answer = try await api.answer(.get, "/jobs/\(job.id)")
        #expect(answer.status == 200)
        #expect(
            answer.text == """
                {"jobId":"\(job.id)","type":"transform","status":"FAILED_FINAL","attempts":3,"maxAttempts":4,\
                "createdAt":"2025-11-21T10:13:20.123Z","updatedAt":"2025-11-21T10:13:23.123Z",\
                "startedAt":"2025-11-21T10:13:22.123Z","finishedAt":"2025-11-21T10:13:23.123Z",\
                "result":{"partial":[1,true]},\
                "error":{"class":"RATE_LIMIT","message":"slow down","at":"2025-11-21T10:13:23.123Z"},\
                "traceId":"67891233abcdef012345678912345678"}
                """
        )
    }

    @Test("An id in upper case is the same id")
    func upperCase() async throws {
        let api = APIFixture()
        let job = Job.sample()
        api.store.put(job)
        #expect(try await api.answer(.get, "/jobs/\(job.id.description.uppercased())").status == 200)
    }

    @Test(
        "An unknown or malformed id is answered with 404, waiting or not",
        arguments: [
            "/jobs/\(APIFixture.jobID)", "/jobs/\(APIFixture.jobID)?wait=20", "/jobs/x", "/jobs/%2e%2e",
            "/jobs/JOB%23x",
        ]
    )
    func unknown(path: String) async throws {
        let answer = try await APIFixture().answer(.get, path)
        #expect(answer.status == 404)
        #expect(answer.json == problem(404, "Not Found", "There is no job of this id."))
    }

    @Test("A wait that makes no sense is refused with 422", arguments: ["", "-1", "21", "1.5", "soon", "1s"])
    func nonsense(wait: String) async throws {
        let api = APIFixture()
        let job = Job.sample()
        api.store.put(job)
        let answer = try await api.answer(.get, "/jobs/\(job.id)?wait=\(wait)")
        let detail = "The query parameter wait must be a whole number of seconds from 0 to 20."
        #expect(answer.status == 422)
        #expect(answer.json == problem(422, "Unprocessable Content", detail))
    }

    @Test(
        "A wait for a job that is final, or of no time, ends at once",
        arguments: [(JobStatus.succeeded, 20), (.pending, 0)]
    )
    func noWait(status: JobStatus, wait: Int) async throws {
        let api = APIFixture()
        var job = Job.sample()
        job.status = status
        api.store.put(job)
        let answer = try await api.answer(.get, "/jobs/\(job.id)?wait=\(wait)")
        #expect(answer.json?["status"] == .string(status.rawValue))
    }

    @Test("A wait looks after 50 ms and then ever more seldom, and answers the job as it is when the time is up")
    func waitForNothing() async throws {
        let api = APIFixture()
        let store = CountingStore(api.store)
        let job = Job.sample()
        api.store.put(job)
        let answer = try await api.application(over: store)
            .test(.router) { client in
                async let response = client.execute(uri: "/jobs/\(job.id)?wait=5", method: .get)
                for pause in [50, 100, 200, 400, 800, 1000, 1000, 1000, 450] {
                    await api.clock.waitForSleepers()
                    api.clock.advance(by: .milliseconds(pause))
                }
                return Answer(try await response)
            }
        #expect(answer.status == 200)
        #expect(answer.json?["status"] == "PENDING")
        #expect(store.reads == 10)
    }

    @Test("A wait ends when the job is final")
    func waitForTheEnd() async throws {
        let api = APIFixture()
        var job = Job.sample()
        api.store.put(job)
        let uri = "/jobs/\(job.id)?wait=20"
        job.status = .succeeded
        job.result = "done"
        let done = job
        let answer = try await api.application()
            .test(.router) { client in
                async let response = client.execute(uri: uri, method: .get)
                await api.clock.waitForSleepers()
                api.store.put(done)
                api.clock.advance(by: .milliseconds(50))
                return Answer(try await response)
            }
        #expect(answer.json?["status"] == "SUCCEEDED")
        #expect(answer.json?["result"] == "done")
        #expect(api.clock.now.offset == .milliseconds(50))
    }
}
