import FoundationEssentials
import Glibc
import JobsysJSON
import Testing

@Suite("A rolling deploy", .endToEnd, .timeLimit(.minutes(40)))
struct RollingDeployTests {
    /// What a deployment has that does not set it.
    static let defaultGrace = 20
    static let keys = ["ada", "bob", "eve", "kim"]
    static let longestDelay: TimeInterval = 5

    @Test(
        "of two idle workers delays no job by more than 5 seconds, ordered or not, and each stop ends within its grace period",
        .deployment(.api, runsAlone: true)
    )
    func rollingDeploy() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let settings = ["SHUTDOWN_GRACE_SECONDS": String(Self.defaultGrace)]
        let old = [try await deployment.start(.worker, settings), try await deployment.start(.worker, settings)]
        async let submitted = submit(client, for: .seconds(60))
        // The old workers have had time to begin their receives.
        try await Task.sleep(for: .seconds(10))
        var new: [ServiceProcess] = []
        try await withThrowingTaskGroup(of: Void.self) { stops in
            for worker in old {
                // As Kubernetes and ECS do it: the new one must be there before an old one is stopped.
                new.append(try await deployment.start(.worker, settings))
                stops.addTask { try await Self.stop(worker) }
            }
            try await stops.waitForAll()
        }
        let (jobs, orderedJobs) = try await submitted

        for id in jobs {
            let run = try await Run(of: id, client)
            #expect(run.delay <= Self.longestDelay, "\(run.job)")
        }
        var predecessorsEnds: [String: Date] = [:]
        for id in orderedJobs {
            let run = try await Run(of: id, client)
            let key = try run.job.text("orderingKey")
            #expect(run.delay(after: predecessorsEnds[key]) <= Self.longestDelay, "\(run.job)")
            predecessorsEnds[key] = run.end
        }
        try await deployment.plane.jobs.untilEmpty(within: .seconds(10))
        try await deployment.plane.orderedJobs.untilEmpty(within: .seconds(10))
        try await withThrowingTaskGroup(of: Void.self) { stops in
            for worker in new { stops.addTask { try await Self.stop(worker) } }
            try await stops.waitForAll()
        }
    }

    @Test(
        "with no more than a few seconds of grace delays no job either",
        .deployment(.api),
        arguments: [0, 5]
    )
    func shortGrace(_ grace: Int) async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let settings = ["SHUTDOWN_GRACE_SECONDS": String(grace)]
        let old = [try await deployment.start(.worker, settings), try await deployment.start(.worker, settings)]
        try await deployment.start(.worker, settings)
        for worker in old { worker.process.signal(SIGTERM) }
        var ids: [String] = []
        for number in 1...20 {
            ids.append(try await client.accepted("transform", ["text": .string("job \(number)")]))
            let key = Self.keys[number % Self.keys.count]
            ids.append(try await client.accepted("transform", ["text": "in order"], orderingKey: key))
        }
        for id in ids {
            let run = try await Run(of: id, client)
            #expect(run.delay <= Self.longestDelay, "\(run.job)")
        }
        for worker in old {
            #expect(try await worker.process.exitStatus(within: .seconds(max(grace, 3))) == .exited(0))
        }
    }

    private static func stop(_ worker: ServiceProcess) async throws {
        #expect(try await worker.stop(within: .seconds(defaultGrace)) == .exited(0))
    }

    /// How a job went.
    private struct Run {
        let job: JSONValue
        let start: Date
        let end: Date
        private let submission: Date

        init(of id: String, _ client: APIClient) async throws {
            job = try await client.finishedJob(id, within: .seconds(120))
            #expect(job["status"] == "SUCCEEDED" && job["attempts"] == 1, "\(job)")
            (submission, start, end) = (
                try job.time("createdAt"), try job.time("startedAt"), try job.time("finishedAt")
            )
        }

        /// How long after its submission it started, in seconds.
        var delay: TimeInterval { delay(after: nil) }

        /// How long after it could start it did, which may have been when another ended.
        func delay(after other: Date?) -> TimeInterval {
            start.timeIntervalSince(max(submission, other ?? submission))
        }
    }

    /// Submits two jobs a second of each kind, in the order of their ids.
    private func submit(_ client: APIClient, for length: Duration) async throws -> (jobs: [String], ordered: [String]) {
        var (jobs, ordered): ([String], [String]) = ([], [])
        let clock = ContinuousClock()
        let start = clock.now
        let pause = Duration.milliseconds(500)
        for number in 0..<Int(length / pause) {
            try await clock.sleep(until: start + pause * number)
            jobs.append(try await client.accepted("transform", ["text": .string("job \(number)")]))
            let key = Self.keys[number % Self.keys.count]
            ordered.append(try await client.accepted("transform", ["text": .string("job \(number)")], orderingKey: key))
        }
        return (jobs, ordered)
    }
}
