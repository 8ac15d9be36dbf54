import FoundationEssentials
import HTTPTypes
import JobsysJSON
import Testing

@Suite(
    "A job's life",
    .endToEnd,
    .deployment(.api, .worker, .dlqHandler, settings: ["LEASE_SECONDS": "6"]),
    .timeLimit(.minutes(15))
)
struct JobLifecycleTests {
    @Test("A submitted job is PENDING, then SUCCEEDED, and ticket, record and logs tell the same of it")
    func succeeds() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let traceID = "6920455ec4d5e6f708192a3b4c5d6e7f"
        let answer = try await client.submit(
            "transform",
            ["text": "Grüße", "sleepMs": 200],
            headers: [.traceparent: "00-\(traceID)-00f067aa0ba902b7-01", .requestID: "happy-path"]
        )

        let ticket = try answer.json(status: 202)
        let id = try ticket.text("jobId")
        let createdAt = try ticket.text("createdAt")
        var expected: JSONObject = [
            "jobId": .string(id), "type": "transform", "status": "PENDING", "attempts": 0, "maxAttempts": 4,
            "createdAt": .string(createdAt), "updatedAt": .string(createdAt), "traceId": .string(traceID),
        ]
        // The API may not have heard of the worker yet.
        expected["noWorker"] = ticket["noWorker"]
        #expect(ticket == .object(expected))
        expected["noWorker"] = nil
        #expect(answer.headers[.location] == "/jobs/\(id)")
        #expect(answer.headers[.contentType] == "application/json")

        let job = try await client.finishedJob(id, within: .seconds(20))
        let (startedAt, finishedAt) = (try job.time("startedAt"), try job.time("finishedAt"))
        #expect(try job.time("createdAt") <= startedAt)
        #expect(finishedAt.timeIntervalSince(startedAt) >= 0.2)
        expected["status"] = "SUCCEEDED"
        expected["attempts"] = 1
        expected["startedAt"] = job["startedAt"]
        expected["finishedAt"] = job["finishedAt"]
        expected["updatedAt"] = job["finishedAt"]
        expected["result"] = [
            "text": "GRÜSSE", "length": 7,
            "sha256": "f83e039796c6453a10f5519e39fd113901572316a1a8ea07cb525d2801dfd074",
        ]
        #expect(job == .object(expected))

        let common = ["jobId": id, "traceId": traceID, "level": "info", "job.type": "transform"]
        let accepted = try deployment.running(.api).lines("request", job: id)
        #expect(
            accepted.map { $0.members("jobId", "traceId", "level", "job.type", "component", "requestId") }
                == [common.merging(["component": "svc-api", "requestId": "happy-path"]) { $1 }]
        )
        let worker = try deployment.running(.worker)
        let succeeded = try await eventually(within: .seconds(5), "the worker tells of the job") {
            worker.lines("job succeeded", job: id).first
        }
        #expect(
            succeeded.members("jobId", "traceId", "level", "job.type", "component", "job.attempt")
                == common.merging(["component": "svc-worker", "job.attempt": "1"]) { $1 }
        )
    }

    @Test("A job that fails twice is RETRYING in between, waits as the backoff says, and succeeds at the third attempt")
    func retries() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let id = try await client.accepted("drill", ["failTimes": 2, "class": "SYSTEM", "sleepMs": 100])

        var seen: Set<String> = []
        let job = try await eventually(within: .seconds(30), "the job is over", every: .milliseconds(20)) {
            let job = try await client.job(id)
            seen.insert(try job.text("status"))
            return seen.contains("SUCCEEDED") ? .some(job) : .none
        }
        #expect(seen.contains("RETRYING"))
        #expect(
            job.removing("createdAt", "updatedAt", "startedAt", "finishedAt", "traceId") == [
                "jobId": .string(id), "type": "drill", "status": "SUCCEEDED", "attempts": 3, "maxAttempts": 4,
                "result": ["attempt": 3],
            ]
        )

        let worker = try deployment.running(.worker)
        let succeeded = try await eventually(within: .seconds(5), "the worker tells of the job") {
            worker.lines("job succeeded", job: id).first
        }
        let failed = worker.lines("attempt failed", job: id)
        try #require(failed.map { $0["job.attempt"] } == ["1", "2"])
        #expect(failed.allSatisfy { $0["error.class"] == "SYSTEM" && $0.level == "warning" })
        for (failure, next) in zip(failed, failed.dropFirst() + [succeeded]) {
            let bound = failure["job.attempt"] == "1" ? 1.0 : 2.0
            let delay = try #require(failure.number("retry.delayMs")) / 1000
            #expect((0...bound).contains(delay))
            let start = next.time.addingTimeInterval(-(try #require(next.number("job.durationMs")) / 1000))
            // The queue hides a message for whole seconds, rounded up.
            let wait = start.timeIntervalSince(failure.time)
            #expect(wait >= delay - 0.1 && wait <= delay.rounded(.up) + 2, "waited \(wait) s, asked for \(delay) s")
        }
    }

    @Test("The same idempotency key, ten times at once, makes one job; with another body it is refused")
    func idempotencyKey() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let key = UUID().uuidString
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<10 {
                group.addTask { try await client.submit("transform", ["text": "once", "sleepMs": 300], key: key) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.map(\.status).sorted() == Array(repeating: 200, count: 9) + [202])
        let ids = Set(try answers.map { try $0.json.text("jobId") })
        #expect(Set(answers.map { $0.headers[.location] }) == ["/jobs/\(ids.first ?? "")"])
        try #require(ids.count == 1)
        let id = try #require(ids.first)

        let job = try await client.finishedJob(id, within: .seconds(20))
        #expect(job["attempts"] == 1)
        // Repeats of a job that has not begun send its message again: none of them may run it again.
        try await deployment.plane.jobs.untilEmpty(within: .seconds(20))
        #expect(try deployment.running(.worker).lines("job succeeded", job: id).count == 1)
        #expect(try await client.job(id) == job)

        let refused = try await client.submit("transform", ["text": "twice"], key: key)
        #expect(refused.headers[.contentType] == "application/problem+json")
        let problem = try refused.json(status: 422)
        #expect(try problem.text("requestId") == refused.headers[.requestID])
        #expect(
            problem.removing("requestId", "detail") == [
                "type": "urn:jobsys:problem:idempotency-key-reused", "title": "Idempotency key reused", "status": 422,
            ]
        )
    }
}
