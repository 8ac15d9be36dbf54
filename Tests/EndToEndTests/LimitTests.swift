import HTTPTypes
import JobsysJSON
import Testing

@Suite("Limits", .endToEnd, .timeLimit(.minutes(5)))
struct LimitTests {
    @Test(
        "Open jobs are limited for all svc-api together, and room is made by each that ends, whoever ends it",
        .deployment()
    )
    func openJobs() async throws {
        let deployment = try Deployment.current
        let settings = ["OPEN_JOBS_LIMIT": "4"]
        let one = try await deployment.start(.api, settings).client()
        let job: JSONValue = ["text": "x"]
        func fill(_ client: APIClient, _ count: Int) async throws -> [String] {
            var ids: [String] = []
            try await eventually(within: .seconds(60), "there is room for \(count) jobs") {
                let answer = try await client.submit(
                    ids.isEmpty ? "drill" : "transform",
                    ids.isEmpty ? ["class": "VALIDATION"] : job
                )
                if answer.status == 202 {
                    ids.append(try answer.json.text("jobId"))
                } else {
                    #expect(answer.status == 429, "\(answer)")
                }
                return ids.count == count
            }
            return ids
        }
        let first = try await fill(one, 4)
        // One that knows nothing of those counts them before it answers.
        let two = try await deployment.start(.api, settings).client()
        for client in [one, two] {
            let refused = try await client.submit("transform", job)
            #expect(refused.status == 429)
            #expect(try refused.json["violated-policies"] == ["open-jobs"])
            #expect(refused.headers[.retryAfter].flatMap(Int.init).map { 1...5 ~= $0 } == true, "\(refused)")
        }
        #expect(try await one.send(.post, "/jobs/\(first[3])/cancel").status == 200)
        let cancelledRoom = try await fill(two, 1)
        #expect(try await two.submit("transform", job).status == 429)
        // All of them end now, two by way of the dead letters.
        try await deployment.start(.worker)
        try await deployment.start(.dlqHandler)
        for id in first[..<3] + cancelledRoom { _ = try await one.finishedJob(id, within: .seconds(60)) }
        #expect(try await one.job(first[0])["status"] == "FAILED_FINAL")
        _ = try await fill(one, 4)
    }

    @Test("Credentials that are no good are limited by address, and keys that are known go on", .deployment())
    func signIns() async throws {
        let deployment = try Deployment.current
        let key = try await deployment.makeKey("--scopes", "jobs:read")
        let api = try await deployment.start(.api, ["AUTH": "required"])
        let client = try await api.client()
        func ask(_ credential: String) async throws -> Answer {
            try await client.send(.get, "/jobs", headers: [.authorization: "Bearer \(credential)"])
        }
        #expect(try await ask(key).status == 200)
        var refused: Answer?
        for _ in 0..<40 {
            let answer = try await ask("nonsense")
            #expect([401, 429].contains(answer.status), "\(answer)")
            if answer.status == 429 { refused = answer }
        }
        let limited = try #require(refused)
        #expect(try limited.json["type"] == "urn:jobsys:problem:too-many-invalid-credentials")
        #expect(limited.headers[.retryAfter] != nil)
        #expect(try await ask(key).status == 200)
        #expect(api.lines("request").contains { $0["refusal"] == "too many from this address" })
    }
}
