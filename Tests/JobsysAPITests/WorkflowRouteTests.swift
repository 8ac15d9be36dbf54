import HTTPTypes
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

@Suite("Workflows by HTTP", .timeLimit(.minutes(1)))
struct WorkflowRouteTests {
    private let api = APIFixture()

    private func post(_ path: String, _ body: String? = nil, key: String? = nil) async throws -> Answer {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let key, let name = HTTPField.Name("Idempotency-Key") { headers[name] = key }
        return try await api.answer(.post, path, headers: headers, body: body)
    }

    private static let chain = """
        {"name": "chain", "jobs": [
          {"key": "b", "type": "transform", "payload": {"text": {"$output": "a"}}, "dependsOn": ["a"], "onFailure": "continue"},
          {"key": "a", "type": "transform", "payload": {"text": "x"}, "maxAttempts": 2}
        ], "seal": true, "maxParallel": 3, "tolerate": "5%", "finally": {"type": "drill", "payload": {}}}
        """

    @Test("One is opened with its jobs, and shown; a repeat with the same key finds it")
    func opens() async throws {
        let answer = try await post("/workflows", Self.chain, key: "k")
        #expect(answer.status == 202)
        let document = try #require(answer.json)
        let id = try #require(document["workflowId"]?.stringValue)
        #expect(answer.headers[.location] == "/workflows/\(id)")
        #expect(document["name"] == "chain" && document["status"] == "RUNNING" && document["sealed"] == true)
        #expect(document["maxParallel"] == 3 && document["tolerate"] == "5%" && document["finally"] == "finally")
        #expect(document["counts"]?["total"] == 3 && document["counts"]?["waiting"] == 2)
        #expect(document["jobs"]?.arrayValue?.map { $0["key"] } == ["b", "a"])
        let again = try await post("/workflows", Self.chain, key: "k")
        #expect(again.status == 202)
        #expect(again.json?["workflowId"] == .string(id))
        #expect(
            again.json?["jobs"]?.arrayValue?.map { $0["jobId"] } == document["jobs"]?.arrayValue?.map { $0["jobId"] }
        )
        #expect(api.store.jobs.count == 3)

        let shown = try await api.answer(.get, "/workflows/\(id)").json
        #expect(shown?["counts"] == document["counts"])
        let jobs = try await api.answer(.get, "/workflows/\(id)/jobs").json?["jobs"]?.arrayValue ?? []
        #expect(jobs.count == 3)
        let b = jobs.first { $0["key"] == "b" }
        #expect(b?["workflowId"] == .string(id) && b?["dependsOn"] == ["a"] && b?["onFailure"] == "continue")
        #expect(b?["status"] == "WAITING")
        let job = try await api.answer(.get, "/jobs/\(b?["jobId"]?.stringValue ?? "")").json
        #expect(job?["waiting"]?["reason"] == "workflow")
        let list = try await api.answer(.get, "/workflows").json?["workflows"]?.arrayValue
        #expect(list?.map { $0["workflowId"] } == [.string(id)])
    }

    @Test("It is added to, sealed and cancelled, and what its state forbids is answered with 409")
    func lives() async throws {
        let id = try #require(try await post("/workflows").json?["workflowId"]?.stringValue)
        let jobs = #"{"jobs": [{"key": "a", "type": "transform", "payload": 1}]}"#
        #expect(try await post("/workflows/\(id)/jobs", jobs).status == 202)
        #expect(try await post("/workflows/\(id)/jobs", jobs.replacing("1", with: "2")).status == 409)
        #expect(try await post("/workflows/\(id)/seal").json?["status"] == "RUNNING")
        let late = #"{"jobs": [{"key": "b", "type": "transform", "payload": 1}]}"#
        #expect(try await post("/workflows/\(id)/jobs", late).status == 409)
        #expect(try await post("/workflows/\(id)/cancel").json?["status"] == "CANCELLED")
        #expect(try await post("/workflows/\(id)/cancel").status == 200)
        #expect(try await post("/workflows/\(id)/retry").json?["status"] == "RUNNING")
        #expect(try await post("/workflows/\(JobID(at: .sample))/retry").status == 404)
        #expect(try await post("/workflows/none/retry").status == 404)
    }

    @Test(
        "What is wrong is named, and nothing is made",
        arguments: [
            (#"{"jobs": 1}"#, 422, ["/jobs"]),
            (#"{"jobs": [{}]}"#, 422, ["/jobs/0/key", "/jobs/0/type", "/jobs/0/payload"]),
            (#"{"sael": true}"#, 422, ["/sael"]), (#"{"maxParallel": 0}"#, 422, ["/maxParallel"]),
            (#"{"tolerate": "x"}"#, 422, ["/tolerate"]), (#"{"seal": 1}"#, 422, ["/seal"]),
            (#"{"jobs": [{"key": "a", "type": "t", "payload": 1, "dependsOn": ["b"]}]}"#, 422, ["/jobs/0/dependsOn/0"]),
            (#"{"jobs": [{"key": "a", "type": "t", "payload": 1, "dependsOn": ["a"]}]}"#, 422, ["/jobs"]),
            (#"{"finally": {"type": "t", "payload": 1, "dependsOn": ["b"]}}"#, 422, ["/finally/dependsOn"]),
            ("[]", 400, []),
        ]
    )
    func refuses(body: String, status: Int, pointers: [String]) async throws {
        let answer = try await post("/workflows", body)
        #expect(answer.status == status)
        #expect((answer.json?["errors"]?.arrayValue ?? []).compactMap { $0["pointer"]?.stringValue } == pointers)
        #expect(api.store.jobs.isEmpty)
        #expect(api.workflows.all.isEmpty)
    }

    @Test("Another tenant's is not there, for none of the routes, and in no list")
    func tenants() async throws {
        let order = WorkflowOrder(id: JobID(at: .sample), tenant: "acme")
        let clock = api.clock
        let engine = WorkflowEngine(
            store: api.workflows,
            jobs: api.store,
            sender: api.queue,
            now: { clock.timestamp }
        )
        try await engine.open(order, trace: .sample)
        var asking = api
        asking.asksForCredentials = true
        let headers = HTTPFields.bearer(
            try await asking.makeKey(tenant: "other", scopes: Set(Scope.allCases).subtracting([.admin]))
        )
        for path in ["", "/jobs"] {
            #expect(try await asking.answer(.get, "/workflows/\(order.id)\(path)", headers: headers).status == 404)
        }
        for path in ["seal", "cancel", "retry"] {
            #expect(try await asking.answer(.post, "/workflows/\(order.id)/\(path)", headers: headers).status == 404)
        }
        #expect(try await asking.answer(.get, "/workflows", headers: headers).json?["workflows"] == [])
        let own = HTTPFields.bearer(try await asking.makeKey(tenant: "acme", scopes: [.readWorkflows]))
        #expect(try await asking.answer(.get, "/workflows/\(order.id)", headers: own).status == 200)
        #expect(try await asking.answer(.get, "/workflows", headers: own).json?["workflows"]?.arrayValue?.count == 1)
    }
}
