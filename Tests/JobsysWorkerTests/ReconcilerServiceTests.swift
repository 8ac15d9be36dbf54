import InMemoryLogging
import JobsysCore
import JobsysObservability
import JobsysTestKit
import JobsysTime
import JobsysWorker
import Logging
import ServiceLifecycleTestKit
import Testing

@Suite("The reconciler of a worker", .timeLimit(.minutes(1)))
struct ReconcilerServiceTests {
    let bench = ConsumerBench()
    let leases = InMemoryLeaderLeases()
    let outage = DependencyError(dependency: "dynamodb", code: "TimedOut", message: "no answer", isTransient: true)

    private func service(_ owner: String, sender: (any JobSender)? = nil) -> ReconcilerService {
        let now: @Sendable () -> Timestamp = { [clock = bench.clock] in clock.timestamp }
        let reconciler = Reconciler(
            store: InMemoryReconcilerStore(bench.store),
            sender: sender ?? bench.queue,
            backlog: bench.queue,
            oldestReceipt: { nil },
            now: now
        )
        return ReconcilerService(
            reconciler: reconciler,
            leases: leases,
            owner: owner,
            clock: bench.clock,
            now: now,
            draw: { 0.5 }
        )
    }

    /// Runs services side by side until the body has ended and they have stopped.
    private func run(
        _ services: [ReconcilerService],
        _ body: @escaping @Sendable (GracefulShutdownTestTrigger) async throws -> Void
    ) async throws {
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in services { group.addTask { try await service.run() } }
                do {
                    try await body(trigger)
                    trigger.triggerGracefulShutdown()
                    try await group.waitForAll()
                } catch {
                    trigger.triggerGracefulShutdown()
                    throw error
                }
            }
        }
    }

    /// Lets time pass, in steps that every pause sees.
    private func pass(_ duration: Duration, services: Int = 1) async {
        let end = bench.clock.timestamp + duration
        while bench.clock.timestamp < end {
            await bench.clock.waitForSleepers(services)
            bench.clock.advance(by: .seconds(1))
        }
        await bench.clock.waitForSleepers(services)
    }

    @Test("sends a lost job again, and gives the lead up when it stops")
    func reconciles() async throws {
        let job = Job.sample(at: bench.clock.timestamp)
        _ = try await bench.store.create(job)
        try await run([service("one")]) { _ in
            await pass(.seconds(70))
            #expect(bench.queue.bodies == [job.message.body])
            #expect(leases.owner == "one")
        }
        #expect(leases.owner == nil)
    }

    @Test("leaves the work to the one that leads, and takes over when the lead has ended")
    func takesOver() async throws {
        // Somebody who died.
        let end = bench.clock.timestamp + .seconds(30)
        _ = try await leases.take(as: "other", at: bench.clock.timestamp, until: end)
        let job = Job.sample(at: bench.clock.timestamp + .seconds(-600))
        _ = try await bench.store.create(job)
        try await run([service("one")]) { _ in
            await pass(.seconds(29))
            #expect(leases.owner == "other")
            #expect(bench.queue.bodies.isEmpty)
            await pass(.seconds(5))
            #expect(leases.owner == "one")
            #expect(bench.queue.bodies == [job.message.body])
        }
    }

    @Test("of two, one leads all the time")
    func oneLeads() async throws {
        try await run([service("one"), service("two")]) { _ in
            await pass(.seconds(1), services: 2)
            let leader = leases.owner
            #expect(leader != nil)
            for _ in 0..<60 {
                await pass(.seconds(5), services: 2)
                #expect(leases.owner == leader)
            }
        }
    }

    @Test("waits for what has failed, and goes on")
    func outlastsOutage() async throws {
        let job = Job.sample(at: bench.clock.timestamp + .seconds(-600))
        _ = try await bench.store.create(job)
        bench.store.fail(with: outage)
        leases.fail(with: outage)
        try await run([service("one")]) { _ in
            await pass(.seconds(300))
            leases.fail(with: nil)
            await pass(.seconds(300))
            #expect(bench.queue.bodies.isEmpty)
            bench.store.fail(with: nil)
            await pass(.seconds(61))
            #expect(bench.queue.bodies == [job.message.body])
        }
    }
    @Test("tells once of a queue that refuses messages, and goes on with the others")
    func refusingQueue() async throws {
        let handler = InMemoryLogHandler()
        let ordered = Job.sample(orderingKey: "key", at: bench.clock.timestamp + .seconds(-600))
        let standard = Job.sample(at: bench.clock.timestamp)
        for job in [ordered, standard] { _ = try await bench.store.create(job) }
        try await withLogger(Logger(label: "test") { _ in handler }) { _ in
            try await run([service("one", sender: RefusingSender(queue: bench.queue, error: outage))]) { _ in
                await pass(.seconds(300))
                #expect(bench.queue.bodies == [standard.message.body])
            }
        }
        let warnings = handler.entries.filter { $0.level >= .warning }
        #expect(warnings.map(\.message) == ["part of the reconciler paused"])
        #expect(warnings.first?.metadata["reconciler.part"] == "sending.ordered")
        #expect(warnings.first?.metadata["error.message"] == "\(outage)")
    }

    @Test("goes on while its lead lasts, although that cannot be renewed")
    func leadOutlastsOutage() async throws {
        try await run([service("one")]) { _ in
            await pass(.seconds(1))
            leases.fail(with: outage)
            let job = Job.sample(at: bench.clock.timestamp + .seconds(-45))
            _ = try await bench.store.create(job)
            await pass(.seconds(22))
            #expect(bench.queue.bodies == [job.message.body])
            for delivery in try await bench.queue.receive(upTo: 10, wait: .zero, visibility: .seconds(60)) {
                try await bench.queue.delete(delivery)
            }
            // The lead is over then.
            await pass(.seconds(10))
            let late = Job.sample(at: bench.clock.timestamp + .seconds(-600))
            _ = try await bench.store.create(late)
            await pass(.seconds(60))
            #expect(bench.queue.bodies == [])
            leases.fail(with: nil)
            await pass(.seconds(70))
            #expect(bench.queue.bodies.contains(late.message.body))
        }
    }
}

/// Sends all messages but those of jobs with ordering keys.
private struct RefusingSender: JobSender {
    let queue: InMemoryJobQueue
    let error: DependencyError

    func send(_ job: Job, trace: TraceContext?, after delay: Duration) async throws {
        guard job.orderingKey == nil else { throw error }
        try await queue.send(job, trace: trace, after: delay)
    }

    func sendAgain(_ job: Job, trace: TraceContext?) async throws {
        guard job.orderingKey == nil else { throw error }
        try await queue.sendAgain(job, trace: trace)
    }

    func checkReachable() async throws {}
}
