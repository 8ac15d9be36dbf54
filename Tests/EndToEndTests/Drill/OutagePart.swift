/// The second part of a drill: dependencies fail and processes die, and hostile messages, records and refused letters go on.
///
/// Beside the built-in ones there are jobs that programs and an endpoint run, which is killed and stands still too.
///
/// What counts here is how jobs end, and not when they start: the lease of a process that was killed must run out, a worker
/// pauses when a dependency fails, and a breaker opens when it should.
struct OutagePart: Sendable {
    let options: DrillOptions
    let deployment: Deployment
    let adversary: HostileAdversary
    let proxy: FaultyProxy
    let fleet: Fleet
    let handlers: ScriptedHandlers
    let client: DrillClient

    /// Submits all jobs, evenly over the time of the faults or as fast as they are run, while the adversaries are at work.
    func run(submitting orders: [JobOrder]) async throws {
        proxy.rage()
        defer { proxy.calm() }
        let start = ContinuousClock.now
        let throttle = SubmissionThrottle(deployment.plane.jobs)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for orders in orders.dealt(to: Self.clients) {
                group.addTask {
                    for (order, share) in orders {
                        try await Task.sleep(until: start + options.chaos * share)
                        try await throttle.pass()
                        try await client.submit(order)
                    }
                }
            }
            let isOver = { @Sendable in
                start.duration(to: .now) > options.chaos && client.tickets.count == orders.count
            }
            group.addTask { [keys = Array(Set(orders.compactMap(\.orderingKey))).sorted()] in
                let tickets = { @Sendable in client.tickets }
                try await adversary.run(every: .seconds(1), among: keys, tickets: tickets, until: isOver)
            }
            group.addTask { try await handlers.disturb(until: isOver) }
            group.addTask { [deployment] in try await handlers.watchProcesses(of: deployment, until: isOver) }
            let lease = Duration.seconds(Self.leaseSeconds)
            for adversity in AdversityPlan(seed: options.seed, fleet: Fleet.services, lease: lease) {
                try await Task.sleep(until: start + adversity.start)
                if isOver() { break }
                group.addTask { try await fleet.strike(adversity) }
            }
            try await group.waitForAll()
        }
    }

    /// Draws the jobs: after every three of the built-in types one that a program or an endpoint runs.
    static func orders(_ options: DrillOptions, _ features: JobFeatures) -> [JobOrder] {
        // About 20 jobs of a key, which wait for each other.
        let keys = max(5, options.jobs / 200)
        return (0..<options.jobs)
            .flatMap { number in
                let order = JobOrder.draw(number, keys: keys, seed: options.seed, features: features)
                guard number % 3 == 2 else { return [order] }
                return [order, .drawScripted(firstScripted + number / 3, seed: options.seed)]
            }
    }

    /// Above the numbers of all others.
    private static let firstScripted = 1_000_000

    /// Short, so that many leases end during a drill.
    static let leaseSeconds = 6

    /// How many clients submit side by side: so many that those who wait for an API that stands still are not all.
    private static let clients = 64

    /// What the services have set.
    static func settings(through proxy: String, _ handlers: ScriptedHandlers) -> [String: String] {
        let own = [
            "HANDLERS_FILE": handlers.file, "DRILL_SECRET": Endpoint.secrets[0],
            "AWS_ENDPOINT_URL": proxy, "LEASE_SECONDS": String(leaseSeconds), "SHUTDOWN_GRACE_SECONDS": "2",
            "UNKNOWN_TYPE_PATIENCE_SECONDS": String(Drill.patienceSeconds),
            // What a crash has lost is found during the drill, and not only after it.
            "RECONCILER_GRACE_SECONDS": "15",
            // Many jobs fail on purpose, and an open gate would keep them waiting for longer than the drill lasts.
            "WORKER_BREAKER_FAILURES": "1000",
        ]
        return own.merging(DrillKeys.settings) { $1 }
    }
}

extension [JobOrder] {
    /// What each of so many clients submits, and when, as a share of the time: one after the other, and all jobs of a key by
    /// the same client.
    fileprivate func dealt(to clients: Int) -> [[(order: JobOrder, share: Double)]] {
        var firsts: [String: Int] = [:]
        let timed = enumerated().map { (order: $1, share: Double($0) / Double(count)) }
        return Dictionary(grouping: timed) { order, _ in
            let number = order.orderingKey.map { firsts[$0, default: order.number] } ?? order.number
            if let key = order.orderingKey { firsts[key] = number }
            return number % clients
        }
        .values.map(\.self)
    }
}
