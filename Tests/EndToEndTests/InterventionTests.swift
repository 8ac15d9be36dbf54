import HTTPTypes
import JobsysJSON
import Testing

@Suite(
    "A person who intervenes",
    .endToEnd,
    .deployment(.api, .worker, .dlqHandler, settings: ["LEASE_SECONDS": "3"]),
    .timeLimit(.minutes(15))
)
struct InterventionTests {
    @Test("cancels a job that runs: its worker stops it, and nothing is left of it in a queue")
    func cancelsRunning() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let id = try await client.accepted("drill", ["hang": true])
        try await eventually(within: .seconds(20), "the job runs") {
            try await client.job(id)["status"] == "RUNNING"
        }

        let asked = try await client.send(.post, "/jobs/\(id)/cancel").json(status: 202)
        #expect(asked["status"] == "RUNNING")
        #expect(asked["cancelRequestedAt"] != nil)
        let job = try await client.finishedJob(id, within: .seconds(20))
        #expect(job["status"] == "CANCELLED")
        #expect(job["attempts"] == 1)
        #expect(try job.time("cancelRequestedAt") <= job.time("finishedAt"))
        let again = try await client.send(.post, "/jobs/\(id)/cancel").json(status: 200)
        #expect(again == job)
        try await deployment.plane.jobs.untilEmpty(within: .seconds(20))
        #expect(try await client.job(id) == job)
    }

    @Test("redrives a job that failed, with a mended payload: it succeeds, and its incident is closed")
    func redrivesMended() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let id = try await client.accepted("drill", ["class": "VALIDATION"])
        #expect(try await client.finishedJob(id, within: .seconds(30))["status"] == "FAILED_FINAL")
        let incidents = try await eventually(within: .seconds(10), "the incident is listed") {
            let listed = try await openIncidents(client, of: id)
            return listed.isEmpty ? .none : .some(listed)
        }
        #expect(incidents.map { $0["error"]?["class"] } == ["VALIDATION"])
        #expect(incidents.map { $0["generation"] } == [0])

        let answer = try await client.send(
            .post,
            "/jobs/\(id)/redrive",
            headers: [.contentType: "application/json"],
            body: #"{"payload":{"failTimes":0}}"#
        )
        let ticket = try answer.json(status: 202)
        #expect(answer.headers[.location] == "/jobs/\(id)")
        #expect(ticket["status"] == "PENDING")
        #expect(ticket["generation"] == 1)

        let job = try await client.finishedJob(id, within: .seconds(30))
        #expect(job["status"] == "SUCCEEDED")
        #expect(job["generation"] == 1)
        #expect(job["attempts"] == 1)
        #expect(job["error"] == nil)
        try await eventually(within: .seconds(10), "the incident is closed") {
            try await openIncidents(client, of: id).isEmpty
        }
        let repeated = try await client.send(.post, "/jobs/\(id)/redrive").json(status: 409)
        #expect(repeated["jobStatus"] == "SUCCEEDED")
    }

    private func openIncidents(_ client: APIClient, of id: String) async throws -> [JSONValue] {
        let list = try await client.get("/incidents?limit=100").json(status: 200)
        return (list["incidents"]?.arrayValue ?? []).filter { $0["jobId"] == .string(id) }
    }
}
