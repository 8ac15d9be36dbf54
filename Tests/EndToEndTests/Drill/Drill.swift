import JobsysAWSTestKit
import JobsysJSON

/// Runs jobs through the real executables while hostile messages come, workers are replaced, dependencies fail and processes
/// die, and then holds the table to account.
struct Drill: Sendable {
    private let options: DrillOptions
    private let deployment: Deployment
    private let adversary: HostileAdversary
    private let proxy: FaultyProxy
    private let refusals: LetterRefusals

    init(_ options: DrillOptions, on deployment: Deployment) {
        self.options = options
        self.deployment = deployment
        let (plane, plan) = (deployment.plane, HostilePlan(seed: options.seed))
        adversary = HostileAdversary(plan, against: plane)
        refusals = LetterRefusals(plan, by: [plane.deadLetters, plane.orderedDeadLetters])
        proxy = FaultyProxy(
            to: deployment.emulator,
            of: plane,
            plan: FaultPlan(seed: options.seed),
            refusals: refusals
        )
    }

    /// How long, in seconds, workers leave to others what a newer version has written: so short that its end is part of a
    /// drill.
    static let patienceSeconds = 10

    /// Runs it to its end; answers what was found.
    func run() async throws -> DrillReport {
        try await ScriptedServer.with(handler: proxy.handle) { server in
            var report = DrillReport()
            report.count("seed", Int(options.seed))
            let keys = try await DrillKeys(on: deployment)
            let part = RestartPart(options: options, deployment: deployment, adversary: adversary, keys: keys)
            let first = try await part.run(through: server.url, into: &report)
            let handlers = try await ScriptedHandlers.start(seed: options.seed)
            defer { handlers.end() }
            let settings = OutagePart.settings(through: server.url, handlers)
            let fleet = Fleet(deployment, settings, headers: keys.operatorsHeaders)
            try await fleet.start()
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await fleet.supervise() }
                group.addTask { try await handlers.supervise() }
                defer { group.cancelAll() }
                try await run(after: first, on: fleet, keys, handlers, into: &report)
                return report
            }
        }
    }

    private func run(
        after first: RestartPart.Outcome,
        on fleet: Fleet,
        _ keys: DrillKeys,
        _ handlers: ScriptedHandlers,
        into report: inout DrillReport
    ) async throws {
        let client = DrillClient(fleet, keys)
        let orders = OutagePart.orders(options, try await JobFeatures(of: fleet.anyClient))
        let start = ContinuousClock.now
        let part = OutagePart(
            options: options,
            deployment: deployment,
            adversary: adversary,
            proxy: proxy,
            fleet: fleet,
            handlers: handlers,
            client: client
        )
        try await part.run(submitting: orders)
        let calm = ContinuousClock.now
        let (audit, hostile) = try await settledAudit(
            of: first.orders + orders,
            tickets: first.tickets.merging(client.tickets) { $1 }
        )
        report.count("seconds with faults", start.duration(to: calm))
        report.count("seconds until all was final and no message left", calm.duration(to: .now))
        await count(audit, fleet, requests: first.requests + client.requests, into: &report)
        report.check("the emulator answered every call", cases: proxy.calls, proxy.mishaps)
        audit.check(into: &report)
        audit.checkTenants(into: &report)
        hostile.check(into: &report)
        let lists = ListAudit(client: try await fleet.anyClient, limit: 100, time: "at the end")
        try await lists.check(against: audit, hostile.ledger, into: &report)
        for tenant in JobOrder.tenants where tenant != JobOrder.operatorsTenant {
            var client = try await fleet.anyClient
            client.headers = keys.headers(of: tenant)
            try await ListAudit(client: client, limit: 100, time: "at the end")
                .check(tenant, against: audit, into: &report)
        }
        report.check(
            "no request was answered wrongly",
            cases: first.requests + client.requests,
            first.refusals + client.refusals
        )
        try await handlers.check(audit, on: deployment, fleet, into: &report)
        try await checkRest(after: audit, fleet, into: &report)
    }

    /// The audit as soon as all is final and all queues are empty, or when the time is up.
    private func settledAudit(
        of orders: [JobOrder],
        tickets: [Int: String]
    ) async throws -> (good: Audit, hostile: HostileAudit) {
        let start = ContinuousClock.now
        let ledger = adversary.ledger
        var hasHurried = ledger.patientOrderedMessages == 0
        while true {
            let isOver = start.duration(to: .now) >= options.settling
            let left = try await queuedMessages()
            // To ask the queues costs less than to read the table.
            let isQuiet = left.values.allSatisfy { $0 == 0 }
            let mayHurry =
                !hasHurried && start.duration(to: .now) > .seconds(Self.patienceSeconds * 4)
                && left.allSatisfy { $0.key == deployment.plane.orderedJobs.url || $0.value == 0 }
            if isQuiet || isOver || mayHurry {
                let hostile = HostileAudit(ledger: ledger, snapshot: try await TableSnapshot(of: deployment.plane))
                let audit = Audit(orders: orders, tickets: tickets, snapshot: hostile.rest)
                let isStillQuiet = try await queuedMessages().values.allSatisfy { $0 == 0 }
                if isOver || (audit.isSettled && isStillQuiet) { return (audit, hostile) }
                if audit.isSettled && mayHurry {
                    hasHurried = true
                    try await giveUpSooner()
                }
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// Has the ordered queue give messages up after ten receipts, and not after a hundred: nobody is left in it but those that
    /// name no job to run.
    private func giveUpSooner() async throws {
        let policy = #"{"RedrivePolicy":"{\"deadLetterTargetArn\":\"ARN\",\"maxReceiveCount\":\"10\"}"}"#
            .replacing("ARN", with: try deployment.plane.output("JobsFifoDlqArn"))
        try await deployment.plane.aws.commandLine(
            "sqs",
            "set-queue-attributes",
            "--queue-url",
            deployment.plane.orderedJobs.url,
            "--attributes",
            policy
        )
    }

    /// How many messages are left in each queue, by its URL.
    private func queuedMessages() async throws -> [String: Int] {
        let plane = deployment.plane
        var left: [String: Int] = [:]
        for queue in [plane.jobs, plane.deadLetters, plane.orderedJobs, plane.orderedDeadLetters] {
            left[queue.url] = try await queue.count()
        }
        return left
    }

    private func count(_ audit: Audit, _ fleet: Fleet, requests: Int, into report: inout DrillReport) async {
        report.count("jobs", audit.orders.count)
        for (status, count) in audit.statuses { report.count("jobs: \(status)", count) }
        report.count("requests to the API", requests)
        report.count("calls to the dependencies", proxy.calls)
        let faults = proxy.counts
        for fault in Fault.allCases { report.count("fault: \(fault.rawValue)", faults[fault, default: 0]) }
        report.count("letters refused", refusals.count)
        let struck = await fleet.counts
        for kind in Adversity.Kind.allCases { report.count("processes: \(kind.rawValue)", struck[kind, default: 0]) }
        report.count("processes: crashed by a job", await fleet.crashes)
    }

    private func checkRest(after first: Audit, _ fleet: Fleet, into report: inout DrillReport) async throws {
        let left = try await queuedMessages().filter { $0.value > 0 }
        report.check("nothing is left in any queue", cases: 4, left.map { "\($0.value) messages in \($0.key)" })
        try await Task.sleep(for: .seconds(OutagePart.leaseSeconds))
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
            "every error in the logs is a final failure, or a letter that was refused",
            cases: errors.count,
            errors.filter { !Self.expectedErrors.contains($0.message) }
                .map { "\($0.message): \($0["error.message"] ?? "")" }
        )
    }

    private static let expectedErrors: Set = [
        "job failed for good",
        "dead letter refused: the message is left to its queue, which moves it after its last receipt",
    ]
}
