import JobsysJSON
import Testing

@Suite("Jobs with an ordering key", .endToEnd, .timeLimit(.minutes(15)))
struct OrderTests {
    static let keys = ["ada", "bob", "eve"]

    /// The jobs of every key: some fail once or twice, and one for good.
    static let payloads: [JSONValue] = [
        ["sleepMs": 50], ["failTimes": 2, "class": "UNKNOWN"], ["sleepMs": 50],
        ["failTimes": 1, "class": "VALIDATION"], ["failTimes": 1, "class": "UNKNOWN"], ["sleepMs": 50],
    ]

    @Test(
        "Two workers run them strictly one after the other, whatever fails, and leave nothing behind",
        .deployment(.api, .worker, .dlqHandler)
    )
    func strictOrder() async throws {
        let deployment = try Deployment.current
        let (plane, client) = (deployment.plane, try await deployment.client)
        let workers = [try deployment.running(.worker), try await deployment.start(.worker)]
        var jobs: [String: [String]] = [:]
        for payload in Self.payloads {
            for key in Self.keys {
                jobs[key, default: []].append(try await client.accepted("drill", payload, orderingKey: key))
            }
        }
        for (key, ids) in jobs {
            for (id, payload) in zip(ids, Self.payloads) {
                let status = try await client.finishedJob(id, within: .seconds(60))["status"]
                #expect(
                    status == (payload["class"] == "VALIDATION" ? "FAILED_FINAL" : "SUCCEEDED"),
                    "\(key) \(payload)"
                )
            }
        }
        try await plane.orderedJobs.untilEmpty(within: .seconds(10))
        try await plane.orderedDeadLetters.untilEmpty(within: .seconds(10))
        #expect(try await plane.jobs.count() == 0)

        let ends = workers.flatMap(\.log)
            .filter { ["job succeeded", "attempt failed", "message sent to the dead letters"].contains($0.message) }
            .sorted { $0.time < $1.time }
        for (key, ids) in jobs {
            let places = ends.compactMap { line in line["jobId"].flatMap(ids.firstIndex) }
            #expect(places == [0, 1, 1, 1, 2, 3, 4, 4, 5], "\(key)")
        }
    }
}
