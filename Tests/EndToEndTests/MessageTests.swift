import JobsysAWS
import JobsysJSON
import Testing

@Suite("A job's message", .endToEnd, .timeLimit(.minutes(15)))
struct MessageTests {
    @Test("It names the job and carries its trace, and nothing else", .deployment(.api))
    func content() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let ticket = try await client.submit("transform", ["text": "Grüße"]).json(status: 202)
        let traceID = try ticket.text("traceId")
        let message = try await deployment.plane.jobs.receiveOne()

        #expect(
            try JSONValue(parsing: message.body) == [
                "jobId": .string(try ticket.text("jobId")),
                "payloadHash": "992be1b7ce87ddb96b663419a1b4fad5a344363ee25dcfd036fc2f2618fafd6c",
                "traceId": .string(traceID),
                "generation": 0,
            ]
        )
        // MiniStack drops the system attributes of a message that comes in a batch; other emulators keep them.
        if let header = message.traceHeader {
            let root = "1-\(traceID.prefix(8))-\(traceID.dropFirst(8))"
            #expect(header.wholeMatch(of: /Root=(.*);Parent=[0-9a-f]{16};Sampled=[01]/)?.1 == root[...])
        }
        #expect(message.messageAttributes == ["jobType": .string("transform")])
    }

    @Test("Delivered twice at once, and once more afterwards, it is one run", .deployment(.api))
    func deliveredTwice() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let id = try await client.accepted("transform", ["text": "hello", "sleepMs": 700])
        let queue = deployment.plane.jobs
        let message = try await queue.receiveOne()
        try await queue.send(message.body)
        try await queue.giveBack(message)
        let worker = try await deployment.start(.worker, ["LEASE_SECONDS": "3"])

        let job = try await client.finishedJob(id, within: .seconds(20))
        #expect(job["status"] == "SUCCEEDED")
        #expect(job["attempts"] == 1)
        try await queue.untilEmpty(within: .seconds(20))
        try await queue.send(message.body)
        try await queue.untilEmpty(within: .seconds(20))
        #expect(try await client.job(id) == job)
        #expect(worker.lines("job succeeded", job: id).count == 1)
        #expect(worker.log.filter { $0.level != "info" }.map(\.message) == [])
    }

    @Test(
        "Given up by the worker, it goes to the dead letters with the reason, for the dlq-handler",
        .deployment(.api, .worker)
    )
    func deadLetter() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let id = try await client.accepted("drill", ["class": "VALIDATION"])
        let letter = try await deployment.plane.deadLetters.receiveOne()
        #expect(try JSONValue(parsing: letter.body)["jobId"] == .string(id))
        let owner = letter.messageAttributes["leaseOwner"]?.stringValue ?? ""
        let messageID = letter.messageAttributes["messageId"]?.stringValue ?? ""
        #expect(owner != "" && messageID != "" && messageID != letter.id)
        #expect(
            letter.messageAttributes == [
                "errorClass": .string("VALIDATION"),
                "errorMessage": .string("attempt 1 failed, as the drill wants"),
                "jobId": .string(id), "generation": .string("0"), "attempt": .string("1"),
                "leaseOwner": .string(owner), "messageId": .string(messageID),
            ]
        )
        #expect(try await client.job(id)["status"] == "RUNNING")
        try await deployment.plane.jobs.untilEmpty(within: .seconds(5))

        try await deployment.plane.deadLetters.giveBack(letter)
        try await deployment.start(.dlqHandler)
        #expect(try await client.finishedJob(id, within: .seconds(20))["status"] == "FAILED_FINAL")
        try await deployment.plane.deadLetters.untilEmpty(within: .seconds(5))
    }
}
