import FoundationEssentials
import HTTPTypes
import JobsysJSON
import Testing

@Suite(
    "A workflow",
    .endToEnd,
    .deployment(.api, .worker, .dlqHandler, settings: ["LEASE_SECONDS": "3"]),
    .timeLimit(.minutes(15))
)
struct WorkflowTests {
    private func job(
        _ key: String,
        _ payload: JSONValue = ["text": "a"],
        after: [String] = [],
        _ more: JSONObject = [:]
    ) -> JSONValue {
        var members: JSONObject = ["key": .string(key), "type": "drill", "payload": payload]
        if payload["text"] != nil { members["type"] = "transform" }
        if !after.isEmpty { members["dependsOn"] = .array(after.map { .string($0) }) }
        for member in more.members { members[member.key] = member.value }
        return .object(members)
    }

    @Test("of a diamond runs in its order, with results handed on, and tells how it stands")
    func diamond() async throws {
        let client = try await Deployment.current.client
        let document: JSONValue = [
            "name": "diamond", "seal": true,
            "jobs": [
                job("d", ["text": "x", "from": ["$output": "b"]], after: ["b", "c"]), job("b", after: ["a"]),
                job("c", after: ["a"]), job("a"),
            ],
        ]
        let opened = try await client.post("/workflows", document).json(status: 202)
        let id = try #require(opened["workflowId"]?.stringValue)
        #expect(opened["status"] == "RUNNING")
        #expect(opened["counts"]?["total"] == 4)
        #expect(opened["jobs"]?.arrayValue?.map { $0["key"] } == ["d", "b", "c", "a"])
        let workflow = try await client.finishedWorkflow(id)
        #expect(workflow["status"] == "SUCCEEDED")
        #expect(workflow["counts"] == counts(total: 4, succeeded: 4))
        let listed = try await client.get("/workflows").json(status: 200)
        #expect(
            listed["workflows"]?.arrayValue?.contains { $0["workflowId"] == .string(id) && $0["name"] == "diamond" }
                == true
        )

        let jobs = try await client.members(of: id)
        #expect(jobs.values.allSatisfy { $0["workflowId"] == .string(id) && $0["status"] == "SUCCEEDED" })
        let ends = try ["a", "b", "c"].map { try #require(jobs[$0]).time("finishedAt") }
        let start = try #require(jobs["d"]).time("startedAt")
        #expect(ends.allSatisfy { $0 <= start })
        #expect(jobs["d"]?["dependsOn"] == ["b", "c"])
    }

    @Test("of 300 jobs that one joins runs that once, when all are done")
    func fanIn() async throws {
        let client = try await Deployment.current.client
        let id = try #require(
            try await client.post("/workflows", ["tolerate": "1%"]).json(status: 202)["workflowId"]?.stringValue
        )
        let keys = (0..<300).map { "part-\($0)" }
        for start in stride(from: 0, to: 300, by: 100) {
            let jobs = JSONValue.array(keys[start..<start + 100].map { job($0) })
            let added = try await client.post("/workflows/\(id)/jobs", ["jobs": jobs]).json(status: 202)
            #expect(
                try await client.post("/workflows/\(id)/jobs", ["jobs": jobs]).json(status: 202)["jobs"]?.arrayValue?
                    .map { $0["jobId"] } == added["jobs"]?.arrayValue?.map { $0["jobId"] }
            )
        }
        #expect(try await client.workflow(id)["status"] == "OPEN")
        _ = try await client.post("/workflows/\(id)/jobs", ["jobs": [job("join", after: keys)]]).json(status: 202)
        #expect(try await client.send(.post, "/workflows/\(id)/seal").json(status: 200)["sealed"] == true)
        let workflow = try await client.finishedWorkflow(id)
        #expect(workflow["counts"] == counts(total: 301, succeeded: 301))
        let jobs = try await client.members(of: id)
        #expect(jobs.count == 301)
        #expect(jobs["join"]?["attempts"] == 1)
        #expect(jobs["join"]?["dependencies"] == 300)
        let start = try #require(jobs["join"]).time("startedAt")
        #expect(try keys.allSatisfy { try #require(jobs[$0]).time("finishedAt") <= start })
    }

    @Test("that fails cancels what waits, but goes on where it may, runs its last job, and is started anew")
    func failure() async throws {
        let client = try await Deployment.current.client
        let document: JSONValue = [
            "seal": true,
            "jobs": [
                job("bad", ["class": "VALIDATION"]), job("after-bad", after: ["bad"]),
                job("last", after: ["after-bad"]),
                job("soft", ["class": "VALIDATION"], ["onFailure": "continue"]), job("after-soft", after: ["soft"]),
            ],
            "finally": ["type": "transform", "payload": ["text": "clean up"]],
        ]
        let id = try #require(
            try await client.post("/workflows", document).json(status: 202)["workflowId"]?.stringValue
        )
        let workflow = try await client.finishedWorkflow(id)
        #expect(workflow["status"] == "FAILED")
        #expect(workflow["counts"] == counts(total: 6, succeeded: 2, failed: 2, cancelled: 2))
        let jobs = try await client.members(of: id)
        #expect(jobs["after-bad"]?["status"] == "CANCELLED" && jobs["last"]?["status"] == "CANCELLED")
        #expect(jobs["after-soft"]?["status"] == "SUCCEEDED" && jobs["finally"]?["attempts"] == 1)

        // The payload of the one that failed is mended; then the rest is started anew.
        let bad = try #require(jobs["bad"]?["jobId"]?.stringValue)
        let soft = try #require(jobs["soft"]?["jobId"]?.stringValue)
        for job in [bad, soft] {
            _ = try await client.post("/jobs/\(job)/redrive", ["payload": ["failTimes": 0]]).json(status: 202)
        }
        #expect(try await client.finishedWorkflow(id)["counts"]?["failed"] == 0)
        _ = try await client.send(.post, "/workflows/\(id)/retry").json(status: 202)
        let mended = try await client.finishedWorkflow(id)
        #expect(mended["status"] == "SUCCEEDED")
        #expect(mended["counts"] == counts(total: 6, succeeded: 6))
        #expect(try await client.send(.post, "/workflows/\(id)/retry").status == 409)
        #expect(try await client.members(of: id)["finally"]?["attempts"] == 1)
    }

    @Test("that is cancelled stops those that run, cancels those that wait, and takes no more")
    func cancel() async throws {
        let client = try await Deployment.current.client
        let document: JSONValue = [
            "maxParallel": 2,
            "jobs": [
                job("runs", ["hang": true]), job("waits", after: ["runs"]), job("too", ["hang": true]),
                job("no-room", ["hang": true]),
            ],
        ]
        let id = try #require(
            try await client.post("/workflows", document).json(status: 202)["workflowId"]?.stringValue
        )
        try await eventually(within: .seconds(20), "two jobs run") {
            try await client.workflow(id)["counts"] == counts(total: 4, waiting: 2, running: 2)
        }
        _ = try await client.send(.post, "/workflows/\(id)/cancel").json(status: 202)
        let workflow = try await client.finishedWorkflow(id)
        #expect(workflow["status"] == "CANCELLED")
        #expect(workflow["counts"] == counts(total: 4, cancelled: 4))
        #expect(try await client.post("/workflows/\(id)/jobs", ["jobs": [job("late")]]).status == 409)
        #expect(try await client.send(.post, "/workflows/\(id)/cancel").status == 200)
    }

    @Test("refuses what it cannot be, with every problem named")
    func refusals() async throws {
        let client = try await Deployment.current.client
        let circle: JSONValue = ["jobs": [job("a", after: ["b"]), job("b", after: ["a"])]]
        let answer = try await client.post("/workflows", circle).json(status: 422)
        #expect(answer["errors"]?[0]?["message"]?.stringValue?.contains("a -> b -> a") == true)
        let unknown = try await client.post("/workflows", ["jobs": [job("a", after: ["x"])], "nmae": 1])
            .json(status: 422)
        #expect(unknown["errors"]?.arrayValue?.map { $0["pointer"] } == ["/nmae"])
        let missing = try await client.post("/workflows", ["jobs": [job("a", after: ["x"])]]).json(status: 422)
        #expect(missing["errors"]?.arrayValue?.map { $0["pointer"] } == ["/jobs/0/dependsOn/0"])
        let id = try #require(
            try await client.post("/workflows", ["jobs": [job("a")]]).json(status: 202)["workflowId"]?.stringValue
        )
        #expect(try await client.post("/workflows/\(id)/jobs", ["jobs": [job("a", ["text": "other"])]]).status == 409)
        #expect(try await client.get("/workflows/\(UUID().uuidString)").status == 404)
    }

    private func counts(
        total: Int,
        waiting: Int = 0,
        running: Int = 0,
        succeeded: Int = 0,
        failed: Int = 0,
        cancelled: Int = 0
    ) -> JSONValue {
        [
            "total": .int(total), "waiting": .int(waiting), "pending": 0, "running": .int(running),
            "succeeded": .int(succeeded), "failed": .int(failed), "cancelled": .int(cancelled),
        ]
    }
}

extension APIClient {
    fileprivate func post(_ path: String, _ document: JSONValue) async throws -> Answer {
        try await send(.post, path, headers: [.contentType: "application/json"], body: document.serializedString)
    }

    fileprivate func workflow(_ id: String) async throws -> JSONValue {
        try await get("/workflows/\(id)").json(status: 200)
    }

    /// The workflow once it is over.
    fileprivate func finishedWorkflow(_ id: String) async throws -> JSONValue {
        try await eventually(within: .seconds(60), "workflow \(id) is over") {
            let workflow = try await workflow(id)
            return ["OPEN", "RUNNING"].contains(workflow["status"]) ? .none : .some(workflow)
        }
    }

    /// All members by their keys.
    fileprivate func members(of id: String) async throws -> [String: JSONValue] {
        var jobs: [String: JSONValue] = [:]
        var cursor: String?
        repeat {
            let part = try await get("/workflows/\(id)/jobs" + (cursor.map { "?cursor=\($0)" } ?? "")).json(status: 200)
            for job in part["jobs"]?.arrayValue ?? [] { jobs[job["key"]?.stringValue ?? ""] = job }
            cursor = part["nextCursor"]?.stringValue
        } while cursor != nil
        return jobs
    }
}
