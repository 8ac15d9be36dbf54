import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysWorker
import ServiceLifecycleTestKit
import Testing

@Suite("The consumer", .timeLimit(.minutes(1)))
struct JobConsumerTests {
    let bench = ConsumerBench()

    @Test("runs every job that the queue carries, and deletes its message")
    func runsAll() async throws {
        _ = try await bench.submit(25)
        try await bench.run { _ in
            try await bench.settle { bench.all(.succeeded) && bench.queue.bodies.isEmpty }
        }
        #expect(bench.store.jobs.count == 25)
        #expect(bench.store.jobs.allSatisfy { $0.attempts == 1 && $0.result?["text"] == "HELLO" })
    }

    @Test("receives no more than it has slots for")
    func receivesForFreeSlots() async throws {
        _ = try await bench.submit(3, sleepMs: 1000)
        try await bench.run(concurrency: 2) { _ in
            // Two handlers sleep, and the alarm clock for their leases; the third job has not been touched.
            await bench.clock.waitForSleepers(3)
            #expect(bench.store.jobs.map(\.status).count { $0 == .running } == 2)
            #expect(bench.queue.hiddenFor.count { $0 == .zero } == 1)
            #expect(bench.queue.receives == 1)
            bench.clock.advance(by: .seconds(1))
            try await bench.settle { bench.store.jobs.count { $0.status == .succeeded } == 2 }
            await bench.clock.waitForSleepers(2)
            bench.clock.advance(by: .seconds(1))
            try await bench.settle { bench.all(.succeeded) }
        }
    }

    @Test("lets what runs finish when it is told to stop, and takes nothing more")
    func finishesOnShutdown() async throws {
        let running = try await bench.submit(1, sleepMs: 5000)
        // With its one slot taken the consumer does not receive, so only the job and its lease sleep.
        try await bench.run(concurrency: 1) { trigger in
            await bench.clock.waitForSleepers(2)
            trigger.triggerGracefulShutdown()
            _ = try await bench.submit(1)
            // Now the grace period, too.
            await bench.clock.waitForSleepers(3)
            bench.clock.advance(by: .seconds(5))
        }
        #expect(bench.store.jobs.filter { $0.status == .succeeded }.map(\.id) == running)
        #expect(bench.store.jobs.count { $0.status == .pending && $0.attempts == 0 } == 1)
        #expect(bench.queue.bodies.count == 1)
        #expect(bench.queue.hiddenFor == [.zero])
    }

    @Test("interrupts what outlasts the grace period, and hands it back without an attempt burned")
    func interruptsAfterGrace() async throws {
        _ = try await bench.submit(2, sleepMs: 3_000_000)
        try await bench.run(concurrency: 2, grace: .seconds(5)) { trigger in
            await bench.clock.waitForSleepers(3)
            trigger.triggerGracefulShutdown()
            await bench.clock.waitForSleepers(4)
            bench.clock.advance(by: .seconds(5))
        }
        #expect(bench.store.jobs.allSatisfy { $0.status == .pending && $0.attempts == 0 })
        #expect(bench.queue.hiddenFor == [.zero, .zero])
    }
}
