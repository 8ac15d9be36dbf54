import AWSTestKit
import JSON

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
            let orders = (0..<options.jobs).map { JobOrder.draw($0, seed: options.seed, features: features) }
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await fleet.supervise() }
                defer { group.cancelAll() }
                let client = DrillClient(fleet)
                try await wreakHavoc(on: fleet, while: client, submits: orders)
                proxy.calm()
                let audit = try await settledAudit(of: orders, by: client)
                var report = DrillReport()
                report.count("jobs", orders.count)
                await count(proxy, fleet, client, into: &report)
                report.check("the emulator answered every call", cases: proxy.calls, proxy.mishaps)
                audit.check(into: &report)
                try await checkRest(after: audit, fleet, client, into: &report)
                return report
            }
        }
    }

    /// Submits all jobs, evenly over the time of the faults, while the adversary is at work.
    private func wreakHavoc(on fleet: Fleet, while client: DrillClient, submits orders: [JobOrder]) async throws {
        let start = ContinuousClock.now
        let plan = Adversity.plan(
            seed: options.seed,
            fleet: Fleet.services,
            lease: .seconds(Self.leaseSeconds),
            for: options.chaos
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            for adversity in plan {
                group.addTask {
                    try await Task.sleep(until: start + adversity.start)
                    try await fleet.strike(adversity)
                }
            }
            for sequence in orders.sequences {
                group.addTask {
                    for order in sequence {
                        let share = Double(order.number) / Double(orders.count)
                        try await Task.sleep(until: start + options.chaos * share)
                        try await client.submit(order)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// The audit as soon as all is final and all queues are empty, or when the time is up.
    private func settledAudit(of orders: [JobOrder], by client: DrillClient) async throws -> Audit {
        let deadline = ContinuousClock.now + options.settling
        while true {
            let snapshot = try await TableSnapshot(of: deployment.plane)
            let audit = Audit(orders: orders, tickets: client.tickets, snapshot: snapshot)
            if audit.isSettled, try await queuedMessages().isEmpty { return audit }
            guard ContinuousClock.now < deadline else { return audit }
            try await Task.sleep(for: .seconds(2))
        }
    }

    /// What is left in each queue.
    private func queuedMessages() async throws -> [String] {
        let plane = deployment.plane
        var queues = [plane.jobs, plane.deadLetters]
        for name in ["JobsFifoQueueUrl", "JobsFifoDlqUrl"] {
            queues.append(Queue(aws: plane.aws, url: try plane.output(name)))
        }
        var left: [String] = []
        for queue in queues {
            let count = try await queue.count()
            if count > 0 { left.append("\(count) messages in \(queue.url)") }
        }
        return left
    }

    private func count(_ proxy: FaultyProxy, _ fleet: Fleet, _ client: DrillClient, into report: inout DrillReport)
        async
    {
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

    private static func settings(through proxy: String) -> [String: String] {
        [
            "AWS_ENDPOINT_URL": proxy, "LEASE_SECONDS": String(leaseSeconds), "SHUTDOWN_GRACE_SECONDS": "2",
            // Many jobs fail on purpose, and an open gate would keep them waiting for longer than the drill lasts.
            "WORKER_BREAKER_FAILURES": "1000",
        ]
    }
}

extension [JobOrder] {
    /// What is submitted one after the other: jobs of the same key, and every other job by itself.
    fileprivate var sequences: [[JobOrder]] {
        Dictionary(grouping: self) { $0.orderingKey ?? $0.idempotencyKey }.values.map(\.self)
    }
}
