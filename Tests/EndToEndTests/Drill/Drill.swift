import JobsysAWSTestKit
import JobsysJSON

/// Runs jobs through the real executables while their dependencies fail and their processes die, and then holds the
/// table to account.
struct Drill: Sendable {
    private let options: DrillOptions
    private let deployment: Deployment

    init(_ options: DrillOptions, on deployment: Deployment) {
        self.options = options
        self.deployment = deployment
    }

    /// Runs it to its end; answers what was found.
    func run() async throws -> DrillReport {
        let plan = FaultPlan(seed: options.seed)
        let proxy = FaultyProxy(to: deployment.emulator, of: deployment.plane, plan: plan)
        return try await ScriptedServer.with(handler: proxy.handle) { server in
            let fleet = Fleet(deployment, Self.settings(through: server.url))
            try await fleet.start()
            let features = try await JobFeatures(of: fleet.anyClient)
            let orders = draw(features)
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await fleet.supervise() }
                defer { group.cancelAll() }
                let client = DrillClient(fleet)
                let start = ContinuousClock.now
                try await wreakHavoc(on: fleet, while: client, submits: orders)
                proxy.calm()
                let calm = ContinuousClock.now
                let audit = try await settledAudit(of: orders, by: client)
                var report = DrillReport()
                report.count("seed", Int(options.seed))
                report.count("seconds with faults", start.duration(to: calm))
                report.count("seconds until all was final and no message left", calm.duration(to: .now))
                await count(audit, proxy, fleet, client, into: &report)
                report.check("the emulator answered every call", cases: proxy.calls, proxy.mishaps)
                audit.check(into: &report)
                try await checkRest(after: audit, fleet, client, into: &report)
                return report
            }
        }
    }

    private func draw(_ features: JobFeatures) -> [JobOrder] {
        // About 20 jobs of a key, which wait for each other.
        let keys = max(5, options.jobs / 200)
        return (0..<options.jobs).map { JobOrder.draw($0, keys: keys, seed: options.seed, features: features) }
    }

    /// Submits all jobs, evenly over the time of the faults or as fast as they are run, while the adversary is at work.
    private func wreakHavoc(on fleet: Fleet, while client: DrillClient, submits orders: [JobOrder]) async throws {
        let start = ContinuousClock.now
        let throttle = SubmissionThrottle(deployment.plane.jobs)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for orders in orders.dealt(to: Self.clients) {
                group.addTask {
                    for order in orders {
                        let share = Double(order.number) / Double(options.jobs)
                        try await Task.sleep(until: start + options.chaos * share)
                        try await throttle.pass()
                        try await client.submit(order)
                    }
                }
            }
            let lease = Duration.seconds(Self.leaseSeconds)
            for adversity in AdversityPlan(seed: options.seed, fleet: Fleet.services, lease: lease) {
                try await Task.sleep(until: start + adversity.start)
                if adversity.start > options.chaos, client.tickets.count == orders.count { break }
                group.addTask { try await fleet.strike(adversity) }
            }
            try await group.waitForAll()
        }
    }

    /// The audit as soon as all is final and all queues are empty, or when the time is up.
    private func settledAudit(of orders: [JobOrder], by client: DrillClient) async throws -> Audit {
        let deadline = ContinuousClock.now + options.settling
        while true {
            let isOver = ContinuousClock.now >= deadline
            // To ask the queues costs less than to read the table.
            let isQuiet = try await queuedMessages().isEmpty
            if isQuiet || isOver {
                let snapshot = try await TableSnapshot(of: deployment.plane)
                let audit = Audit(orders: orders, tickets: client.tickets, snapshot: snapshot)
                let isStillQuiet = try await queuedMessages().isEmpty
                if isOver || (audit.isSettled && isStillQuiet) { return audit }
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// What is left in each queue.
    private func queuedMessages() async throws -> [String] {
        let plane = deployment.plane
        var left: [String] = []
        for queue in [plane.jobs, plane.deadLetters, plane.orderedJobs, plane.orderedDeadLetters] {
            let count = try await queue.count()
            if count > 0 { left.append("\(count) messages in \(queue.url)") }
        }
        return left
    }

    private func count(
        _ audit: Audit,
        _ proxy: FaultyProxy,
        _ fleet: Fleet,
        _ client: DrillClient,
        into report: inout DrillReport
    ) async {
        report.count("jobs", options.jobs)
        for (status, count) in audit.statuses { report.count("jobs: \(status)", count) }
        report.count("requests to the API", client.requests)
        report.count("calls to the dependencies", proxy.calls)
        let faults = proxy.counts
        for fault in Fault.allCases { report.count("fault: \(fault.rawValue)", faults[fault, default: 0]) }
        let struck = await fleet.counts
        for kind in Adversity.Kind.allCases { report.count("processes: \(kind.rawValue)", struck[kind, default: 0]) }
        report.count("processes: crashed by a job", await fleet.crashes)
    }

    private func checkRest(
        after first: Audit,
        _ fleet: Fleet,
        _ client: DrillClient,
        into report: inout DrillReport
    ) async throws {
        report.check("no request was answered wrongly", cases: client.requests, client.refusals)
        report.check("nothing is left in any queue", cases: 4, try await queuedMessages())
        try await Task.sleep(for: .seconds(Self.leaseSeconds))
        let second = try await TableSnapshot(of: deployment.plane)
        let final = first.snapshot.jobs.filter { $0.value.isFinal }
        report.check(
            "no finished job changed afterwards",
            cases: final.count,
            final.filter { second.jobs[$0.key] != $0.value }.map { "\($0.key): \($0.value.summary)" }
        )
        report.check("no process ended in an unwanted way", cases: deployment.started.count, await fleet.complaints)
        let errors = deployment.started.flatMap(\.log).filter { ["error", "critical"].contains($0.level) }
        report.check(
            "every error in the logs is a job's final failure",
            cases: errors.count,
            errors.filter { $0.message != "job failed for good" }.map { "\($0.message): \($0["error.message"] ?? "")" }
        )
    }

    /// Short, so that many leases end during a drill.
    private static let leaseSeconds = 6

    /// How many clients submit side by side: so many that those who wait for an API that stands still are not all.
    private static let clients = 64

    private static func settings(through proxy: String) -> [String: String] {
        [
            "AWS_ENDPOINT_URL": proxy, "LEASE_SECONDS": String(leaseSeconds), "SHUTDOWN_GRACE_SECONDS": "2",
            // What a crash has lost is found during the drill, and not only after it.
            "RECONCILER_GRACE_SECONDS": "15",
            // Many jobs fail on purpose, and an open gate would keep them waiting for longer than the drill lasts.
            "WORKER_BREAKER_FAILURES": "1000",
        ]
    }
}

extension [JobOrder] {
    /// What each of so many clients submits: one after the other, and all jobs of a key by the same client.
    fileprivate func dealt(to clients: Int) -> [[JobOrder]] {
        var firsts: [String: Int] = [:]
        return Dictionary(grouping: self) { order in
            let number = order.orderingKey.map { firsts[$0, default: order.number] } ?? order.number
            if let key = order.orderingKey { firsts[key] = number }
            return number % clients
        }
        .values.map(\.self)
    }
}
