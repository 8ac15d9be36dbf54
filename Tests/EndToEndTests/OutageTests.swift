import FoundationEssentials
import HTTPTypes
import JobsysJSON
import Testing

@Suite(
    "AWS away",
    .endToEnd,
    .serialized,
    .deployment(.api, .worker, .dlqHandler, hasOwnEmulator: true),
    .timeLimit(.minutes(15))
)
struct OutageTests {
    static let services: [Service] = [.api, .worker, .dlqHandler]
    /// How long after an outage an intake of the worker may pause before it probes again, and some time to probe.
    static let longestPause: Duration = .seconds(40)

    @Test("Gone, the services say so, keep their heads, and go on where they were when it is back")
    func comesBack() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        try await expect(ready: true, within: .seconds(5))
        // Their ends come in the middle of the outage.
        let caught = try await startJobs(count: 8, sleepMs: 8000, client)

        let start = Date()
        try await deployment.emulator.stop()
        for _ in 1...3 { try await expectUnavailable(client) }
        try await expect(ready: false, within: .seconds(5))
        try await Task.sleep(for: .seconds(20) - .seconds(Date().timeIntervalSince(start)))
        try expectCalmLogs(since: start)

        try await deployment.emulator.start()
        try await expect(ready: true, within: Self.longestPause)
        let id = try await client.accepted("transform", ["text": "hello"])
        #expect(try await client.finishedJob(id, within: .seconds(40))["status"] == "SUCCEEDED")
        for id in caught {
            let job = try await client.finishedJob(id, within: .seconds(40))
            #expect(job["status"] == "SUCCEEDED" && job["attempts"] == 1, "\(job)")
        }
        try await deployment.plane.jobs.untilEmpty(within: .seconds(70))
    }

    @Test("Silent, it keeps nobody waiting for 5 seconds")
    func isSilent() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        // The outage of another test may have left the worker in a pause.
        try await expect(ready: true, within: Self.longestPause)
        deployment.emulator.freeze()
        try await scoped {
            try await expectUnavailable(client)
            try await expect(ready: false, within: .seconds(5))
        } cleanUp: { _ in
            deployment.emulator.thaw()
        }
        try await expect(ready: true, within: Self.longestPause)
        let id = try await client.accepted("transform", ["text": "hello"])
        #expect(try await client.finishedJob(id, within: .seconds(40))["status"] == "SUCCEEDED")
    }

    /// Submits jobs and waits until all of them run.
    private func startJobs(count: Int, sleepMs: Int, _ client: APIClient) async throws -> [String] {
        var ids: [String] = []
        for _ in 0..<count {
            ids.append(try await client.accepted("transform", ["text": "hello", "sleepMs": .int(sleepMs)]))
        }
        for id in ids {
            try await eventually(within: .seconds(10), "the job runs") {
                try await client.job(id)["status"] == "RUNNING"
            }
        }
        return ids
    }

    private func expectUnavailable(_ client: APIClient) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let answer = try await client.submit("transform", ["text": "hello"])
        #expect(clock.now - start < .seconds(5))
        let problem = try answer.json(status: 503)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(answer.headers[.retryAfter].flatMap { Int($0) } ?? 0 >= 1)
        #expect(try problem.text("requestId") == answer.headers[.requestID])
        #expect(
            problem.removing("requestId", "detail")
                == ["type": "about:blank", "title": "Service Unavailable", "status": 503]
        )
    }

    /// All services are ready or all are not, and all of them live.
    private func expect(ready: Bool, within limit: Duration) async throws {
        for service in Self.services {
            let client = try await Deployment.current.running(service).client()
            try await eventually(within: limit, "\(service.rawValue) is \(ready ? "ready" : "not ready")") {
                try await client.get("/readyz").status == (ready ? 200 : 503)
            }
            #expect(try await client.get("/healthz").status == 200)
        }
    }

    /// An outage fills no log: less than a line a second, and none that calls for a programmer.
    private func expectCalmLogs(since start: Date) throws {
        for service in Self.services {
            let lines = try Deployment.current.running(service).log.filter { $0.time > start }
            let seconds = Date().timeIntervalSince(start)
            print("\(service.rawValue): \(lines.count) lines in an outage of \(Int(seconds)) s")
            #expect(!lines.isEmpty && Double(lines.count) < seconds, "\(service.rawValue): \(lines.map(\.message))")
            #expect(lines.allSatisfy { ["info", "notice", "warning"].contains($0.level) })
        }
    }
}
