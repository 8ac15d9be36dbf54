import HTTPTypes
import JobsysCore
import JobsysJSON
import JobsysServiceTestKit
import JobsysTestKit
import JobsysTime
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct InterventionTests {
    private let api = APIFixture()

    /// A job in a state of its own, in the store.
    private func job(_ status: JobStatus) -> Job {
        var job = Job.sample()
        job.status = status
        job.attempts = status == .pending ? 0 : 1
        if status == .failedFinal {
            job.error = Job.RecordedFailure(errorClass: .system, message: "broken", at: .sample)
            job.finishedAt = .sample
        }
        api.store.put(job)
        return job
    }

    private func wrongState(_ status: JobStatus, _ rule: String) -> JSONValue {
        [
            "type": "urn:jobsys:problem:wrong-state", "title": "Wrong state", "status": 409,
            "detail": .string("The job is \(status.rawValue); \(rule)"), "jobStatus": .string(status.rawValue),
            "requestId": "made-here",
        ]
    }

    @Test("A job that waits is cancelled with 200, and again with 200", arguments: [JobStatus.pending, .retrying])
    func cancelWaiting(status: JobStatus) async throws {
        let job = job(status)
        let answer = try await api.answer(.post, "/jobs/\(job.id)/cancel")
        #expect(answer.status == 200)
        #expect(answer.headers[.cacheControl] == "no-store")
        #expect(answer.json?["status"] == "CANCELLED")
        #expect(answer.json?["finishedAt"] != nil)
        let again = try await api.answer(.post, "/jobs/\(job.id)/cancel")
        #expect(again.status == 200)
        #expect(again.json == answer.json)
        #expect(api.store.jobs.first?.expiresAt == api.clock.timestamp + .seconds(14 * 86400))
    }

    @Test("A job that runs is answered with 202, and shows that it was asked to stop")
    func cancelRunning() async throws {
        let job = job(.running)
        let answer = try await api.answer(.post, "/jobs/\(job.id)/cancel")
        #expect(answer.status == 202)
        #expect(answer.json?["status"] == "RUNNING")
        #expect(answer.json?["cancelRequestedAt"] == .string("\(api.clock.timestamp)"))
    }

    @Test("A job that moves while it is cancelled is cancelled all the same")
    func cancelMoving() async throws {
        let answer = try await cancel(answers: [.refused(.sample(.retrying)), .done(.sample(.cancelled))])
        #expect(answer.status == 200)
        #expect(answer.json?["status"] == "CANCELLED")
    }

    @Test("A job that somebody else cancelled meanwhile is cancelled")
    func cancelRace() async throws {
        #expect(try await cancel(answers: [.refused(.sample(.cancelled))]).status == 200)
    }

    @Test("Of a job that never stands still nobody says that it is over")
    func cancelRestless() async throws {
        let moving = Array(repeating: Intervention.refused(.sample(.retrying)), count: 20)
        let answer = try await cancel(answers: moving)
        #expect(answer.status == 503)
        #expect(answer.headers[.retryAfter] == "1")
        #expect(answer.json == problem(503, "Service Unavailable", "The job is RETRYING and moves: ask again."))
    }

    private func cancel(answers: [Intervention]) async throws -> Answer {
        try await api.application(control: ScriptedControl(answers))
            .test(.router) { client in
                Answer(try await client.execute(uri: "/jobs/\(APIFixture.jobID)/cancel", method: .post))
            }
    }

    @Test(
        "A job that is over is not cancelled, and the answer says where it stands",
        arguments: [
            JobStatus.succeeded, .failedFinal,
        ]
    )
    func cancelOver(status: JobStatus) async throws {
        let answer = try await api.answer(.post, "/jobs/\(job(status).id)/cancel")
        #expect(answer.status == 409)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(answer.json == wrongState(status, "a job that is over cannot be cancelled."))
    }

    @Test(
        "A job that failed is redriven with what it had, whatever says that there is no body",
        arguments: [
            nil, "", "{}",
        ]
    )
    func redrive(body: String?) async throws {
        let job = job(.failedFinal)
        let headers: HTTPFields = body == "{}" ? [.contentType: "application/json"] : [:]
        let answer = try await api.answer(.post, "/jobs/\(job.id)/redrive", headers: headers, body: body)
        #expect(answer.status == 202)
        #expect(answer.headers[.location] == "/jobs/\(job.id)")
        #expect(
            answer.json == [
                "jobId": .string("\(job.id)"), "type": "transform", "status": "PENDING", "generation": 1, "attempts": 0,
                "maxAttempts": 4, "createdAt": .string("\(job.createdAt)"),
                "updatedAt": .string("\(api.clock.timestamp)"), "traceId": .string("\(job.traceID)"),
            ]
        )
        let next = try #require(api.store.jobs.first)
        #expect(next.payload == job.payload)
        #expect(api.queue.bodies == [next.message.body])
    }

    @Test("A job is redriven with another payload, which may be null", arguments: [#"{"text":"mended"}"#, "null"])
    func redriveWithPayload(payload: String) async throws {
        let job = job(.cancelled)
        let body = #"{"payload":\#(payload)}"#
        let headers: HTTPFields = [.contentType: "application/json"]
        let answer = try await api.answer(.post, "/jobs/\(job.id)/redrive", headers: headers, body: body)
        #expect(answer.status == 202)
        #expect(api.store.jobs.first?.payload == (try JSONValue(parsing: payload)))
        #expect(api.queue.bodies == api.store.jobs.map(\.message.body))
    }

    @Test("A redrive is done once: its repeat is answered with 409 and the state that the first one left")
    func repeated() async throws {
        let job = job(.failedFinal)
        #expect(try await api.answer(.post, "/jobs/\(job.id)/redrive").status == 202)
        let answer = try await api.answer(.post, "/jobs/\(job.id)/redrive")
        #expect(answer.status == 409)
        let rule = "only one that is FAILED_FINAL or CANCELLED can be redriven."
        #expect(answer.json == wrongState(.pending, rule))
        #expect(api.store.jobs.first?.generation == 1)
    }

    @Test("A redrive whose message cannot be sent is answered with 503")
    func queueDown() async throws {
        let job = job(.failedFinal)
        api.queue.fail(with: .outage)
        #expect(try await api.answer(.post, "/jobs/\(job.id)/redrive").status == 503)
    }

    @Test("A job that is not there is answered with 404", arguments: ["cancel", "redrive"])
    func notThere(action: String) async throws {
        for id in [APIFixture.jobID, "x"] {
            let answer = try await api.answer(.post, "/jobs/\(id)/\(action)")
            #expect(answer.status == 404)
            #expect(answer.json == problem(404, "Not Found", "There is no job of this id."))
        }
    }

    @Test(
        "A body that makes no sense leaves the job as it is",
        arguments: [
            ("application/json", "[1]", 400), ("application/json", "{", 400), ("text/plain", "{}", 415),
            ("application/json", #"{"payloads":1}"#, 422),
            ("application/json", #"{"payload":"\#(String(repeating: "x", count: 256 * 1024))"}"#, 413),
        ]
    )
    func nonsense(mediaType: String, body: String, status: Int) async throws {
        let job = job(.failedFinal)
        let headers: HTTPFields = [.contentType: mediaType]
        let answer = try await api.answer(.post, "/jobs/\(job.id)/redrive", headers: headers, body: body)
        #expect(answer.status == status)
        #expect(api.store.jobs == [job])
        if status == 422 {
            let error: JSONValue = ["pointer": "/payloads", "message": "is not a member that a redrive has"]
            #expect(answer.json?["errors"] == [error])
        }
    }
}

/// A store that answers cancellations as it is told.
private final class ScriptedControl: JobControl {
    private let answers: Mutex<[Intervention]>

    init(_ answers: [Intervention]) {
        self.answers = Mutex(answers)
    }

    func cancel(_ id: JobID, at now: Timestamp, expiresAt: Timestamp) async throws -> Intervention {
        answers.withLock { $0.isEmpty ? .noSuchJob : $0.removeFirst() }
    }

    func redrive(_ id: JobID, with payload: JSONValue?, at now: Timestamp) async throws -> Intervention { .noSuchJob }
}

extension Job {
    fileprivate static func sample(_ status: JobStatus) -> Job {
        var job = Job.sample()
        job.status = status
        return job
    }
}
