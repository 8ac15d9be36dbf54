import Glibc
import JobsysAWS
import JobsysAWSTestKit
import JobsysCore
import JobsysJSON
import Testing

@Suite("A process that dies between two calls", .endToEnd, .timeLimit(.minutes(15)))
struct CrashPointTests {
    @Test(
        "Wherever it dies, the job ends once, and as it should, and people hear of its failure",
        .deployment(),
        arguments: CrashPoint.allCases
    )
    func dies(point: CrashPoint) async throws {
        let accept: ScriptedServer.Handler = { _ in .respond(200) }
        try await ScriptedServer.with(handler: accept) { webhook in
            let settings = [
                "LEASE_SECONDS": "3", "SHUTDOWN_GRACE_SECONDS": "0", "INCIDENT_WEBHOOK_URL": "\(webhook.url)/hook",
            ]
            try await rehearse(point, with: settings)
            #expect(webhook.requests.count == point.announcements)
        }
    }

    private func rehearse(_ point: CrashPoint, with settings: [String: String]) async throws {
        let deployment = try Deployment.current
        let victim = point.service
        let deadly = settings.merging(["JOBSYS_CRASH_AT": point.rawValue]) { $1 }
        let api = try await deployment.start(.api, victim == .api ? deadly : settings)
        let first = try? await api.client().submit(point.order)
        #expect((first == nil) == (victim == .api))
        try await lead(to: point, deployment, settings)

        let process = victim == .api ? api : try deployment.launch(victim, deadly)
        if point == .afterRelease {
            try await untilRunning(deployment)
            process.process.signal(SIGTERM)
        } else if point.needsLetter {
            try await deployment.start(.worker, settings)
        }
        #expect(try await process.process.exitStatus(within: .seconds(30)) == .killed(SIGKILL))

        try await deployment.start(victim, settings)
        for service in Service.allCases where service != victim && !(service == .worker && point.needsLetter) {
            try await deployment.start(service, settings)
        }
        try await audit(point.order, deployment)
    }

    /// Makes what must have happened before the process can come to its place.
    private func lead(
        to point: CrashPoint,
        _ deployment: Deployment,
        _ settings: [String: String]
    ) async throws {
        switch point {
        case .afterTakeOver:
            // The only attempt ends without a word.
            let worker = try deployment.launch(.worker, settings)
            #expect(try await worker.process.exitStatus(within: .seconds(20)) == .exited(134))
        case .afterResend:
            // As if the queue had given the message up before anybody could start the job.
            let message = try await deployment.plane.jobs.receiveOne()
            try await deployment.plane.deadLetters.send(message.body)
            try await deployment.plane.jobs.giveBack(message)
        default:
            break
        }
    }

    private func untilRunning(_ deployment: Deployment) async throws {
        try await eventually(within: .seconds(20), "the job runs") {
            try await TableSnapshot(of: deployment.plane).jobs.values.first?.status == "RUNNING"
        }
    }

    /// The client asks again, as it must if it has no answer; then everything must end well.
    private func audit(_ order: JobOrder, _ deployment: Deployment) async throws {
        let clients = try await deployment.apis()
        let client = try #require(clients.last)
        let answer = try await client.submit(order)
        let id = try answer.json.text("jobId")
        let audit = try await eventually(within: .seconds(120), "the job is final", every: .seconds(1)) {
            let snapshot = try await TableSnapshot(of: deployment.plane)
            let audit = Audit(orders: [order], tickets: [order.number: id], snapshot: snapshot)
            return audit.isSettled ? audit : nil
        }
        var report = DrillReport()
        audit.check(into: &report)
        for check in report.checks { #expect(check.violations == [], "\(check.name)") }
        let plane = deployment.plane
        for queue in [plane.jobs, plane.deadLetters, plane.orderedJobs, plane.orderedDeadLetters] {
            try await queue.untilEmpty(within: .seconds(90))
        }
        let snapshot = try await TableSnapshot(of: deployment.plane)
        #expect(snapshot.jobs == audit.snapshot.jobs)
        #expect(snapshot.incidents == audit.snapshot.incidents)
    }
}

extension Deployment {
    /// Clients of the APIs that run, the latest one last.
    fileprivate func apis() async throws -> [APIClient] {
        var clients: [APIClient] = []
        for process in started where process.service == .api && process.process.exitStatus == nil {
            clients.append(try await process.client())
        }
        return clients
    }
}
