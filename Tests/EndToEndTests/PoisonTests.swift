import JobsysAWS
import JobsysJSON
import Testing

@Suite("Poison", .endToEnd, .timeLimit(.minutes(15)))
struct PoisonTests {
    /// Ours by its form, but there is no such job.
    static let ofNoJob = """
        {"jobId":"019a0000-0000-7000-8000-000000000000","payloadHash":"00","traceId":"6920455e000000000000000000000000",\
        "generation":0}
        """

    @Test(
        "What is no message of a job becomes an incident, and blocks nobody",
        .deployment(.api, .worker, .dlqHandler)
    )
    func becomesIncident() async throws {
        let deployment = try Deployment.current
        let (plane, client) = (deployment.plane, try await deployment.client)
        // Only the queue itself gives up a message whose job may yet appear: here after 2 receipts, not after 10.
        let policy = #"{"RedrivePolicy":"{\"deadLetterTargetArn\":\"ARN\",\"maxReceiveCount\":\"2\"}"}"#
            .replacing("ARN", with: try plane.output("JobsDlqArn"))
        try await plane.aws.commandLine(
            "sqs",
            "set-queue-attributes",
            "--queue-url",
            plane.jobs.url,
            "--attributes",
            policy
        )

        let noJSON = try await plane.jobs.send("rm -rf / # password=hunter2")
        let notOurs = try await plane.jobs.send(#"{"hello":"world"}"#)
        let ofNoJob = try await plane.jobs.send(Self.ofNoJob)
        let id = try await client.accepted("transform", ["text": "hello"])
        #expect(try await client.finishedJob(id, within: .seconds(10))["status"] == "SUCCEEDED")

        let messages = [
            noJSON: Finding("VALIDATION", "the message is not JSON: ", "rm -rf / # password=[redacted]"),
            notOurs: Finding("VALIDATION", "the message names no job: jobId must be a UUID", #"{"hello":"world"}"#),
            ofNoJob: Finding("UNKNOWN", "the message names a job that is not recorded", Self.ofNoJob),
        ]
        for (messageID, finding) in messages {
            let item = try await plane.table.item("INCIDENT#message#\(messageID)", within: .seconds(40))
            try finding.check(item, messageID: messageID)
        }
        try await plane.jobs.untilEmpty(within: .seconds(10))
        try await plane.deadLetters.untilEmpty(within: .seconds(10))
        for messageID in messages.keys {
            let item = try await plane.table.item("INCIDENT#message#\(messageID)", within: .seconds(1))
            #expect(item["announcedAt"] != nil)
        }
        #expect(Set(try await plane.table.openIncidents()) == Set(messages.keys.map { "INCIDENT#message#\($0)" }))
        #expect(try deployment.running(.dlqHandler).lines("job failed for good").count == messages.count)
        #expect(try !deployment.running(.worker).process.output.text.contains("hunter2"))
    }

    /// What an incident must say about a message.
    private struct Finding {
        let errorClass: String
        let message: String
        let excerpt: String

        init(_ errorClass: String, _ message: String, _ excerpt: String) {
            self.errorClass = errorClass
            self.message = message
            self.excerpt = excerpt
        }

        func check(_ item: DynamoDB.Item, messageID: String) throws {
            let error = try #require(item["error"]?.map)
            let at = try #require(error["at"]?.string)
            #expect(error["class"] == .s(errorClass))
            #expect(error["message"]?.string?.hasPrefix(message) == true, "\(error)")
            var rest = item
            rest["error"] = nil
            // It comes a moment later.
            rest["announcedAt"] = nil
            #expect(rest.removeValue(forKey: "expiresAt")?.int != nil)
            let body = rest.removeValue(forKey: "bodySHA256")?.string
            #expect(body?.count == 64 && rest.removeValue(forKey: "bodyBytes")?.int ?? 0 >= 15)
            #expect(
                rest == [
                    "PK": .s("INCIDENT#message#\(messageID)"), "tenant": .s("default"), "attempts": .n(0),
                    "excerpt": .s(excerpt), "needsInvestigation": .bool(errorClass == "UNKNOWN"),
                    "incidentKey": .s("default"), "incidentSort": .s("\(at)#message#\(messageID)"),
                ]
            )
        }
    }
}
