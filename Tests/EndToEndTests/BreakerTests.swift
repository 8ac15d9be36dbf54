import JobsysJSON
import Testing

@Suite("What one type of jobs needs away", .endToEnd, .timeLimit(.minutes(15)))
struct BreakerTests {
    static let settings = ["WORKER_BREAKER_FAILURES": "3", "WORKER_CONCURRENCY": "2"]

    @Test(
        "Its jobs wait without an attempt burned, those of another type run, and nothing is given up",
        .deployment(.api, .worker, settings: settings)
    )
    func shed() async throws {
        let deployment = try Deployment.current
        let (plane, client) = (deployment.plane, try await deployment.client)
        let worker = try deployment.running(.worker)
        var ids: [String] = []
        for _ in 0..<20 {
            ids.append(try await client.accepted("drill", ["rate": 1, "class": "NETWORK"], maxAttempts: 8))
        }
        try await eventually(within: .seconds(20), "the breaker opens") {
            !worker.lines("jobs of the type do not start for now: they fail in a row").isEmpty
        }
        for _ in 0..<5 {
            let id = try await client.accepted("transform", ["text": "hello"])
            #expect(try await client.finishedJob(id, within: .seconds(10))["status"] == "SUCCEEDED")
        }
        let report = try await worker.client().get("/readyz").json(status: 200)
        #expect(report["details"]?["breakers"]?["drill"] != nil, "\(report)")
        #expect(report["details"]?["backlogAgeSeconds"] != nil, "\(report)")
        var attempts = 0
        for id in ids { attempts += try await client.job(id)["attempts"]?.intValue ?? 0 }
        // Three shut it, one may have been under way beside the third, and then one at a time is let through.
        #expect((3...9).contains(attempts))
        #expect(try await plane.deadLetters.count() == 0)
        #expect(try await plane.jobs.count() == ids.count)
    }
}
