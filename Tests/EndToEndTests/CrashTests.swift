import FoundationEssentials
import Glibc
import JobsysJSON
import Testing

@Suite("A worker that dies", .endToEnd, .timeLimit(.minutes(15)))
struct CrashTests {
    static let leaseSeconds = 3
    static let settings = ["LEASE_SECONDS": String(leaseSeconds)]

    @Test("Killed in mid-job, it leaves the job to another worker, as soon as its lease is over", .deployment(.api))
    func killed() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let id = try await client.accepted("drill", ["sleepMs": 1500])
        let first = try await deployment.start(.worker, Self.settings)
        try await eventually(within: .seconds(10), "the job runs") { try await client.job(id)["status"] == "RUNNING" }
        let death = Date()
        first.process.signal(SIGKILL)
        #expect(try await first.process.exitStatus(within: .seconds(5)) == .killed(SIGKILL))
        let second = try await deployment.start(.worker, Self.settings)

        let job = try await client.finishedJob(id, within: .seconds(30))
        let recovery = try job.time("finishedAt").timeIntervalSince(death)
        print("crash recovery: finished \(recovery) s after the kill, with a lease of \(Self.leaseSeconds) s")
        #expect(recovery < Double(Self.leaseSeconds + 10))
        #expect(
            job.removing("createdAt", "updatedAt", "startedAt", "finishedAt", "traceId") == [
                "jobId": .string(id), "type": "drill", "status": "SUCCEEDED", "attempts": 2, "maxAttempts": 4,
                "result": ["attempt": 2],
            ]
        )
        #expect(first.lines("job succeeded").isEmpty)
        try await eventually(within: .seconds(5), "the second worker tells of it") {
            second.lines("job succeeded", job: id).count == 1
        }
        try await deployment.plane.jobs.untilEmpty(within: .seconds(5))
    }

    @Test("A job that kills its worker at every attempt is given up in the end", .deployment(.api, .dlqHandler))
    func crashLoop() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let id = try await client.accepted("drill", ["crash": true], maxAttempts: 2)
        for _ in 1...2 {
            let worker = try deployment.launch(.worker, Self.settings)
            #expect(try await worker.process.exitStatus(within: .seconds(20)) == .exited(134))
        }
        try await deployment.start(.worker, Self.settings)
        let job = try await client.finishedJob(id, within: .seconds(20))
        #expect(
            job.removing("createdAt", "updatedAt", "startedAt", "finishedAt", "traceId") == [
                "jobId": .string(id), "type": "drill", "status": "FAILED_FINAL", "attempts": 2, "maxAttempts": 2,
                "error": [
                    "class": "UNKNOWN", "message": "the process that ran attempt 2 of 2 ended without a word",
                    "at": job["finishedAt"] ?? nil,
                ],
            ]
        )
        #expect(try await deployment.plane.table.openIncidents() == ["INCIDENT#\(id)#0"])
    }
}
