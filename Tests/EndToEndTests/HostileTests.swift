import JobsysAWS
import JobsysJSON
import Testing

/// Messages and records that are wrong by themselves, on queues and in lists where good jobs are.
@Suite("What others have written", .endToEnd, .timeLimit(.minutes(15)))
struct HostileTests {
    @Test(
        "A worker that does not know a type leaves it to one that does: one attempt each, and nobody pauses",
        .deployment(.api, .dlqHandler)
    )
    func unknownType() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        try await deployment.start(.worker, ["DRILL": "off"])
        try await deployment.start(.worker, ["DRILL": "on"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                if number >= 16 { try await group.next() }
                group.addTask { _ = try await client.accepted("drill", [:]) }
            }
            try await group.waitForAll()
        }
        try await eventually(within: .seconds(240), "all jobs are done") {
            try await deployment.plane.table.jobs().allSatisfy { $0["status"] == .s("SUCCEEDED") }
        }
        let jobs = try await deployment.plane.table.jobs()
        #expect(jobs.count == 500)
        #expect(jobs.allSatisfy { $0["attempts"] == .n(1) })
        for worker in deployment.started where worker.service == .worker {
            #expect(worker.lines("jobs of the type do not start for now: they fail in a row").isEmpty)
            #expect(worker.lines("message not processed: it comes back").isEmpty)
        }
        #expect(try await deployment.plane.table.openIncidents() == [])
    }

    @Test(
        "A type that nobody runs waits for the time that was set, without an attempt, and then fails for good",
        .deployment(.api, .worker, .dlqHandler, settings: ["UNKNOWN_TYPE_PATIENCE_SECONDS": "4"])
    )
    func nobodyRunsIt() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let id = try await client.accepted("nobody-runs-this", [1, 2])
        try await Task.sleep(for: .seconds(3))
        #expect(try await client.job(id)["status"] == "PENDING")
        let job = try await client.finishedJob(id, within: .seconds(30))
        #expect(job["status"] == "FAILED_FINAL")
        #expect(job["attempts"] == 0)
        #expect(job["error"]?["class"] == "UNKNOWN")
        let message = job["error"]?["message"]?.stringValue ?? ""
        #expect(message.hasPrefix("no worker has run jobs of type nobody-runs-this since "), "\(message)")
        #expect(try await deployment.plane.table.openIncidents() == ["INCIDENT#\(id)#0"])
    }

    @Test(
        "A record that cannot be read breaks no list, stops nobody, and is reported once by its damage",
        .deployment(.api, .dlqHandler),
        arguments: [nil, "key"]
    )
    func unreadableRecords(orderingKey: String?) async throws {
        let deployment = try Deployment.current
        let (client, plane) = (try await deployment.client, deployment.plane)
        var spoilt: [String: String] = [:]
        for damage in ["status", "class", "missing", "version"] {
            let key = orderingKey.map { "\($0)-\(damage)" }
            let id = try await client.accepted("transform", ["text": "x"], orderingKey: key)
            try await plane.table.spoil(id, damage)
            spoilt[damage] = id
        }
        let good = try await client.accepted("transform", ["text": "good"], orderingKey: orderingKey)
        let worker = try await deployment.start(.worker, ["UNKNOWN_TYPE_PATIENCE_SECONDS": "3"])
        #expect(try await client.finishedJob(good, within: .seconds(20))["status"] == "SUCCEEDED")

        let listed = try await client.get("/jobs?limit=100").json(status: 200)
        let ids = listed["jobs"]?.arrayValue?.compactMap { $0["jobId"]?.stringValue } ?? []
        #expect(ids.contains(good))
        for damage in ["status", "missing", "version"] {
            #expect(!ids.contains(try #require(spoilt[damage])))
            let answer = try await client.get("/jobs/\(try #require(spoilt[damage]))")
            #expect(answer.status == 500)
            #expect(try answer.json["type"] == "urn:jobsys:problem:unreadable-record")
        }
        // A class that is not known is kept, and the job runs.
        let ofClass = try #require(spoilt["class"])
        #expect(try await client.finishedJob(ofClass, within: .seconds(30))["status"] == "SUCCEEDED")

        // One incident for each, that names what cannot be read.
        let findings = ["its status is ARCHIVED", "createdAt is not", "its version is 99"]
        let keys = try await eventually(within: .seconds(120), "three incidents") {
            let keys = try await plane.table.openIncidents()
            return keys.count >= 3 ? keys : nil
        }
        var messages: [String] = []
        for key in keys {
            messages.append(try await plane.table.item(key)?["error"]?.map?["message"]?.string ?? "")
        }
        for finding in findings { #expect(messages.count { $0.contains(finding) } == 1, "\(messages)") }
        #expect(keys.count == 3)
        #expect(try await client.get("/incidents").status == 200)
        #expect(worker.lines("message not processed: it comes back").isEmpty)
        for queue in [plane.jobs, plane.orderedJobs] { try await queue.untilEmpty(within: .seconds(30)) }
    }

    @Test(
        "A dozen messages that the dead-letter queue refuses as they are delay no good job",
        .deployment(.api, .worker, .dlqHandler)
    )
    func refusedLetters() async throws {
        let deployment = try Deployment.current
        let (client, plane) = (try await deployment.client, deployment.plane)
        try await plane.aws.commandLine(
            "sqs",
            "set-queue-attributes",
            "--queue-url",
            plane.deadLetters.url,
            "--attributes",
            #"{"MaximumMessageSize":"1024"}"#
        )
        for number in 0..<12 { try await plane.jobs.send("\(number) " + String(repeating: "x", count: 1100)) }
        for _ in 0..<5 {
            let id = try await client.accepted("transform", ["text": "good"])
            #expect(try await client.finishedJob(id, within: .seconds(5))["status"] == "SUCCEEDED")
        }
        let keys = try await eventually(within: .seconds(60), "an incident for each") {
            let keys = try await plane.table.openIncidents()
            return keys.count >= 12 ? keys : nil
        }
        #expect(keys.count == 12)
        for key in keys {
            let item = try await plane.table.item(key, within: .seconds(1))
            #expect(item["bodyBytes"]?.int ?? 0 >= 1102)
            #expect(item["bodySHA256"]?.string?.count == 64)
        }
        try await plane.jobs.untilEmpty(within: .seconds(20))
        #expect(try deployment.running(.worker).lines("message not processed: it comes back").isEmpty)
    }
}

extension Table {
    /// The items of all jobs.
    func jobs() async throws -> [DynamoDB.Item] {
        var items: [DynamoDB.Item] = []
        var start: DynamoDB.Item?
        repeat {
            let page = try await aws.client.perform(DynamoDB.Scan(table: name, exclusiveStartKey: start))
            items += page.items.filter { $0["PK"]?.string?.hasPrefix("JOB#") == true }
            start = page.lastEvaluatedKey
        } while start != nil
        return items
    }

    /// Makes a job's record one that another version, or nobody, has written.
    fileprivate func spoil(_ id: String, _ damage: String) async throws {
        let update: DynamoDB.Update =
            switch damage {
            case "status": .init().set("status", .s("ARCHIVED"))
            case "class":
                .init()
                    .set(
                        "error",
                        .m(["class": .s("QUOTA"), "message": .s("x"), "at": .s("2026-01-01T00:00:00.000Z")])
                    )
            case "version": .init().set("version", .n(99))
            default: .init().remove("createdAt")
            }
        _ = try await aws.client.perform(
            DynamoDB.UpdateItem(table: name, key: ["PK": .s("JOB#\(id)")], update: update)
        )
    }
}
