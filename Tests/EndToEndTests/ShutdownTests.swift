import Glibc
import JobsysJSON
import Testing

@Suite("A service that is told to stop", .endToEnd, .timeLimit(.minutes(15)))
struct ShutdownTests {
    static let count = 32
    static let settings = ["WORKER_CONCURRENCY": "8"]

    @Test("A worker with time to finish what runs loses nothing and burns no attempt", .deployment(.api))
    func withGrace() async throws {
        let (first, second) = try await stopInMidBatch(grace: 20)
        // What ran was let finish, so that nothing begun was handed back.
        #expect(first.lines("job handed back").isEmpty)
        #expect(first.lines("grace period over: handlers are interrupted").isEmpty)
        #expect(second.lines("job succeeded").count == Self.count - first.lines("job succeeded").count)
    }

    @Test("A worker without that time interrupts what runs, loses nothing and burns no attempt", .deployment(.api))
    func withoutGrace() async throws {
        let (first, _) = try await stopInMidBatch(grace: 1)
        #expect(!first.lines("job handed back").isEmpty)
        #expect(first.lines("grace period over: handlers are interrupted").count == 1)
    }

    @Test("A worker that is told so twice ends at once", .deployment(.api), arguments: [SIGTERM, SIGINT])
    func twice(_ signal: Int32) async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        _ = try await client.accepted("transform", ["text": "hello", "sleepMs": 60_000])
        let worker = try await deployment.start(.worker)
        try await eventually(within: .seconds(20), "the job runs") { try await deployment.plane.jobs.inFlight() == 1 }
        worker.process.signal(signal)
        // Two signals at once may arrive as one.
        try await Task.sleep(for: .milliseconds(300))
        #expect(worker.process.exitStatus == nil)
        worker.process.signal(signal)
        #expect(try await worker.process.exitStatus(within: .seconds(3)) == .exited(128 + signal))
        #expect(worker.log.last?.message == "ended at once by a second signal")
    }

    @Test("The API answers those who wait for a job, at once, and ends", .deployment(.api))
    func whileOneWaits() async throws {
        let deployment = try Deployment.current
        let (service, client) = (try deployment.running(.api), try await deployment.client)
        let id = try await client.accepted("transform", ["text": "hello"])
        async let answer = client.get("/jobs/\(id)?wait=20")
        // Time enough for the request to arrive and to wait.
        try await Task.sleep(for: .seconds(1))
        #expect(try await service.stop(within: .seconds(3)) == .exited(0))
        #expect(try await answer.json(status: 200)["status"] == "PENDING")
        #expect(service.lines("request").last?["http.route"] == "/jobs/{id}")
    }

    /// Stops a worker between its first jobs and its last, and has a second one do the rest.
    private func stopInMidBatch(grace: Int) async throws -> (first: ServiceProcess, second: ServiceProcess) {
        let deployment = try Deployment.current
        let client = try await deployment.client
        var ids: Set<String> = []
        for number in 1...Self.count {
            ids.insert(try await client.accepted("transform", ["text": .string("job \(number)"), "sleepMs": 2000]))
        }
        let settings = Self.settings.merging(["SHUTDOWN_GRACE_SECONDS": String(grace)]) { $1 }
        let first = try await deployment.start(.worker, settings)
        try await eventually(within: .seconds(20), "the worker is in the middle") {
            first.lines("job succeeded").count >= 4
        }
        #expect(try await first.stop(within: .seconds(grace + 5)) == .exited(0))
        let done = first.lines("job succeeded").count
        #expect((4..<Self.count).contains(done))
        #expect(first.log.last?.message == "stopped")

        let second = try await deployment.start(.worker, Self.settings)
        // What was handed back is there at once: nobody waits for a lease of 60 seconds to end.
        for id in ids {
            let job = try await client.finishedJob(id, within: .seconds(30))
            #expect(job["status"] == "SUCCEEDED" && job["attempts"] == 1, "\(job)")
        }
        try await deployment.plane.jobs.untilEmpty(within: .seconds(10))
        let runs = (first.lines("job succeeded") + second.lines("job succeeded")).compactMap { $0["jobId"] }
        #expect(runs.count == Self.count && Set(runs) == ids)
        #expect(try await deployment.plane.deadLetters.count() == 0)
        return (first, second)
    }
}
