import JobsysPropertyTestKit

/// The first part of a drill: workers are replaced one after the other, idle and busy ones, while hostile messages and
/// records come and letters are refused.
///
/// Nothing else goes wrong, so nothing excuses a job that starts late: no process is killed, whose leases would have to end, and
/// no call fails, after which workers pause by design. The workers have their default settings but for the grace period of
/// their stops, and for the patience with newer versions, which is a day.
struct RestartPart: Sendable {
    let options: DrillOptions
    let deployment: Deployment
    let adversary: HostileAdversary
    let keys: DrillKeys

    /// What came of it.
    struct Outcome: Sendable {
        let orders: [JobOrder]
        let tickets: [Int: String]
        let requests: Int
        let refusals: [String]
    }

    /// Runs it to its end, with services that reach the emulator at this URL.
    func run(through url: String, into report: inout DrillReport) async throws -> Outcome {
        let before = deployment.started.count
        let own = [
            "AWS_ENDPOINT_URL": url, "UNKNOWN_TYPE_PATIENCE_SECONDS": String(Drill.patienceSeconds),
            // Many jobs fail on purpose, and a gate that opens again after a while would delay others by design.
            "WORKER_BREAKER_FAILURES": "1000", "SHUTDOWN_GRACE_SECONDS": "20",
        ]
        let settings = own.merging(DrillKeys.settings) { $1 }
        let fleet = Fleet(deployment, settings, headers: keys.operatorsHeaders)
        try await fleet.start()
        let client = DrillClient(fleet, keys)
        let orders = draw(try await JobFeatures(of: fleet.anyClient))
        let complaints = try await perturb(fleet, while: client, submits: orders)
        let audit = try await finishedAudit(of: orders, by: client)
        // One by one: so each place that cannot be read is once all that a query of the index finds.
        let lists = ListAudit(client: try await fleet.anyClient, limit: 1, time: "after the deploys")
        try await lists.check(against: audit, adversary.ledger, into: &report)
        try await fleet.stop()
        let processes = Array(deployment.started.dropFirst(before))
        await count(fleet, into: &report)
        report.check(
            "every list was answered while hostile records came",
            cases: complaints.cases,
            complaints.violations
        )
        try check(orders, audit, processes, into: &report)
        report.check("no process took too long to end", cases: processes.count, await fleet.complaints)
        return Outcome(orders: orders, tickets: client.tickets, requests: client.requests, refusals: client.refusals)
    }

    /// Two jobs a second without an ordering key, and two with one.
    private func draw(_ features: JobFeatures) -> [JobOrder] {
        (0..<Int(options.chaos / Self.interval) * 2)
            .map { number in
                let key = number % 2 == 0 || !features.ordering ? nil : Self.keys[number / 2 % Self.keys.count]
                return .drawPrompt(options.jobs + number, orderingKey: key, seed: options.seed, features: features)
            }
    }

    private func perturb(
        _ fleet: Fleet,
        while client: DrillClient,
        submits orders: [JobOrder]
    ) async throws -> (cases: Int, violations: [String]) {
        let end = ContinuousClock.now + options.chaos
        let isOver = { @Sendable in ContinuousClock.now >= end }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in [orders.filter { $0.orderingKey == nil }, orders.filter { $0.orderingKey != nil }] {
                group.addTask { try await submit(lane, by: client) }
            }
            group.addTask {
                let tickets = { @Sendable in client.tickets }
                try await adversary.run(every: .milliseconds(500), among: Self.keys, tickets: tickets, until: isOver)
            }
            group.addTask { try await replaceWorkers(of: fleet, until: isOver) }
            async let lists = watchLists(fleet, until: isOver)
            try await group.waitForAll()
            return try await lists
        }
    }

    private func submit(_ orders: [JobOrder], by client: DrillClient) async throws {
        let start = ContinuousClock.now
        for (number, order) in orders.enumerated() {
            try await Task.sleep(until: start + Self.interval * number)
            try await client.submit(order)
        }
    }

    /// Replaces workers that are drawn, up to two at the same time, each by one with another grace period.
    private func replaceWorkers(of fleet: Fleet, until isOver: @Sendable () -> Bool) async throws {
        let workers = Fleet.services.indices.filter { Fleet.services[$0] == .worker }
        var generator = SeededGenerator(seed: options.seed &+ 6)
        try await withThrowingTaskGroup(of: Void.self) { group in
            var running = 0
            while !isOver() {
                try await Task.sleep(for: .milliseconds(Int.random(in: 500...3000, using: &generator)))
                guard let place = workers.randomElement(using: &generator),
                    let grace = Self.graces.randomElement(using: &generator)
                else { break }
                if running == 2 { try await group.next() } else { running += 1 }
                group.addTask {
                    let changes = ["SHUTDOWN_GRACE_SECONDS": String(grace)]
                    try await fleet.roll(place, changing: changes, slack: Self.timeToSettle)
                }
            }
            try await group.waitForAll()
        }
    }

    /// Asks for the newest jobs and incidents, the workers and the types, again and again; answers how often, and what was not answered as it should be.
    private func watchLists(
        _ fleet: Fleet,
        until isOver: @Sendable () -> Bool
    ) async throws -> (cases: Int, violations: [String]) {
        var result = (cases: 0, violations: [String]())
        while !isOver() {
            for path in ["/jobs?limit=100", "/incidents?limit=100", "/workers", "/types"] {
                let answer = try await fleet.anyClient.get(path)
                result.cases += 1
                if answer.status != 200 { result.violations.append("\(path): \(answer)") }
            }
            try await Task.sleep(for: .seconds(2))
        }
        return result
    }

    /// The audit as soon as all jobs are final, or when they have had a minute for it.
    private func finishedAudit(of orders: [JobOrder], by client: DrillClient) async throws -> Audit {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let snapshot = try await TableSnapshot(of: deployment.plane)
            let rest = HostileAudit(ledger: adversary.ledger, snapshot: snapshot).rest
            let audit = Audit(orders: orders, tickets: client.tickets, snapshot: rest)
            if audit.isSettled || ContinuousClock.now >= deadline { return audit }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func count(_ fleet: Fleet, into report: inout DrillReport) async {
        let replaced = await fleet.replaced
        report.count("idle workers replaced", replaced.idle)
        report.count("busy workers replaced", replaced.busy)
    }

    private func check(
        _ orders: [JobOrder],
        _ audit: Audit,
        _ processes: [ServiceProcess],
        into report: inout DrillReport
    ) throws {
        let workers = processes.filter { $0.service == .worker }
        let delays = try StartDelays(of: orders, in: audit, workers: workers, limit: Self.longestDelay)
        report.count("longest time from when a job could start to when it did, in ms", Int(delays.longest * 1000))
        report.check("no job started more than 5 s after it could", cases: delays.starts, delays.violations)
        let warnings = workers.flatMap { worker in
            worker.log.filter { ["warning", "error", "critical"].contains($0.level) }.map { (worker.process.name, $0) }
        }
        report.check(
            "no worker took what is wrong with a message for an outage",
            cases: warnings.count,
            warnings.filter { !Self.expectedWarnings.contains($0.1.message) }
                .map { "\($0): \($1.message): \($1["error.message"] ?? "")" }
        )
    }

    static let keys = ["restart-ada", "restart-bob", "restart-eve", "restart-kim"]
    private static let interval: Duration = .milliseconds(500)
    /// Above the longest of the rests that the design has, three seconds.
    private static let longestDelay = 5.0
    private static let graces = [0, 2, 5, 20]
    /// How long what is interrupted may take to be recorded, on a machine that is busy.
    private static let timeToSettle: Duration = .seconds(5)

    /// What workers may warn of when nothing but messages, records and letters is wrong, and when they are stopped.
    private static let expectedWarnings: Set = [
        "attempt failed", "message sent to the dead letters", "dead letter refused as it is: its excerpt is sent",
        "dead letter refused: the message is left to its queue, which moves it after its last receipt",
        "record cannot be read: it is left out", "job cannot be read", "key of an index cannot be read",
        "grace period over: handlers are interrupted",
    ]
}
