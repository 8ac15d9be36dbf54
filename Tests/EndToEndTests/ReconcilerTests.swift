import FoundationEssentials
import HTTPTypes
import JobsysAWS
import JobsysJSON
import Testing

@Suite(
    "Jobs that no message would bring",
    .endToEnd,
    .deployment(.api, .worker, settings: ["RECONCILER_GRACE_SECONDS": "2"]),
    .timeLimit(.minutes(15))
)
struct ReconcilerTests {
    @Test("A job whose API died between the record and the message runs soon after the grace")
    func lostMessage() async throws {
        let deployment = try Deployment.current
        let id = try await deployment.plane.table.putJob(status: "PENDING")
        // The grace, a pause of the reconciler, and a moment.
        let job = try await deployment.client.finishedJob(id, within: .seconds(2 + 5 + 8))
        #expect(job["status"] == "SUCCEEDED" && job["attempts"] == 1, "\(job)")
        let worker = try deployment.running(.worker)
        #expect(worker.lines("lost job sent again", job: id).count == 1)
        try await deployment.plane.jobs.untilEmpty(within: .seconds(5))
    }

    @Test("A job with a delay is SCHEDULED until its time, and starts then")
    func delayed() async throws {
        let client = try await Deployment.current.client
        let body = #"{"type": "transform", "payload": {"text": "later"}, "delaySeconds": 3}"#
        let answer = try await client.send(.post, "/jobs", headers: [.contentType: "application/json"], body: body)
        let ticket = try answer.json(status: 202)
        #expect(ticket["status"] == "SCHEDULED")
        let job = try await client.finishedJob(try ticket.text("jobId"), within: .seconds(3 + 10))
        #expect(job["status"] == "SUCCEEDED")
        let wait = try job.time("startedAt").timeIntervalSince(try job.time("createdAt"))
        #expect(wait >= 3 && wait < 8, "started after \(wait) s")
    }

    @Test("A job that was to start too late for the queue is sent when its time comes, and starts then")
    func due() async throws {
        let deployment = try Deployment.current
        // A whole second, as the record has it.
        let start = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 8).rounded(.up))
        let id = try await deployment.plane.table.putJob(status: "SCHEDULED", runAt: start)
        let job = try await deployment.client.finishedJob(id, within: .seconds(9 + 10))
        #expect(job["status"] == "SUCCEEDED" && job["attempts"] == 1, "\(job)")
        let lateness = try job.time("startedAt").timeIntervalSince(start)
        #expect((0..<5).contains(lateness), "started \(lateness) s after its time")
        #expect(try deployment.running(.worker).lines("due job sent", job: id).count == 1)
        #expect(try await deployment.plane.table.item("JOB#\(id)")?["dueKey"] == nil)
    }
}

extension Table {
    /// Records a job as the API does, and sends nothing; with a start, as if it had been accepted an hour before that.
    fileprivate func putJob(status: String, runAt: Date? = nil) async throws -> String {
        let id = UUID().uuidString.lowercased()
        let createdAt = Self.text(runAt?.addingTimeInterval(-3600) ?? Date())
        var item: DynamoDB.Item = [
            "PK": .s("JOB#\(id)"), "status": .s(status), "type": .s("transform"), "payload": .s(#"{"text":"lost"}"#),
            "payloadHash": .s(String(repeating: "0", count: 64)), "tenant": .s("default"),
            "generation": .n(0), "attempts": .n(0), "maxAttempts": .n(4),
            "traceId": .s("67891233abcdef012345678912345678"), "createdAt": .s(createdAt), "updatedAt": .s(createdAt),
            "timelineKey": .s("default#\(createdAt.prefix(10))#0"), "timelineSort": .s("\(createdAt)#\(id)"),
        ]
        if let runAt {
            item["runAt"] = .s(Self.text(runAt))
            item["dueKey"] = .s("0")
            item["dueSort"] = .s("\(Self.text(runAt))#\(id)")
        }
        _ = try await aws.client.perform(DynamoDB.PutItem(table: name, item: item))
        return id
    }

    private static func text(_ date: Date) -> String {
        date.formatted(.iso8601).dropLast() + ".000Z"
    }
}
