import JobsysAWS
import JobsysJSON
import Testing

@Suite("The dlq-handler as a Lambda", .endToEnd, .timeLimit(.minutes(15)))
struct LambdaTests {
    @Test("Fed by the queue of dead letters, it records what failed for good", .deployment(.api, .worker))
    func records() async throws {
        let deployment = try Deployment.current
        let (plane, client) = (deployment.plane, try await deployment.client)
        let function = LambdaFunction(deployment)
        try await function.create()
        try await scoped {
            let id = try await client.accepted("drill", ["failTimes": 1, "class": "VALIDATION"])
            let messageID = try await plane.jobs.send("not JSON at all")

            let job = try await client.finishedJob(id, within: .seconds(60))
            #expect(
                job.removing("createdAt", "updatedAt", "startedAt", "traceId") == [
                    "jobId": .string(id), "type": "drill", "status": "FAILED_FINAL", "attempts": 1, "maxAttempts": 4,
                    "finishedAt": job["finishedAt"] ?? nil,
                    "error": [
                        "class": "VALIDATION", "message": "attempt 1 failed, as the drill wants",
                        "at": job["finishedAt"] ?? nil,
                    ],
                ]
            )
            let incident = try await plane.table.item("INCIDENT#\(id)#0")
            #expect(incident?["error"]?.map?["class"] == .s("VALIDATION"))
            let stray = try await plane.table.item("INCIDENT#message#\(messageID)", within: .seconds(30))
            #expect(stray["excerpt"] == .s("not JSON at all"))
            try await plane.deadLetters.untilEmpty(within: .seconds(20))

            let line = try await eventually(within: .seconds(20), "the Lambda's log tells of the job") {
                try await function.log().first { $0.message == "job failed for good" && $0["jobId"] == id }
            }
            #expect(
                line.members("component", "level", "traceId", "error.class", "job.attempt") == [
                    "component": "dlq-handler", "level": "error", "traceId": try job.text("traceId"),
                    "error.class": "VALIDATION", "job.attempt": "1",
                ]
            )
        } cleanUp: { _ in
            try await function.delete()
        }
    }
}
