import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("Leases", .quietLog, .timeLimit(.minutes(1)))
struct JobRunnerLeaseTests {
    private let bench = JobBench()

    /// A runner whose handler works for so long.
    private func runner(working duration: Duration) -> JobRunner {
        bench.runner { [clock = bench.clock] _, _ in
            try await clock.sleep(for: duration)
            return .succeeded("done")
        }
    }

    @Test("A long run renews its lease and its message's invisibility together, every third of the lease")
    func renewal() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        async let done: Void = runner(working: .seconds(70)).process(delivery)
        for elapsed in [20, 40, 60] {
            await bench.clock.waitForSleepers(2)
            bench.clock.advance(by: .seconds(20))
            await bench.clock.waitForSleepers(2)
            #expect(try await bench.job(job.id).lease?.expiresAt == .sample + .seconds(elapsed + 60))
            #expect(bench.queue.hiddenFor == [.seconds(62)])
        }
        bench.clock.advance(by: .seconds(10))
        try await done
        let finished = try await bench.job(job.id)
        #expect(finished.status == .succeeded)
        #expect(finished.attempts == 1)
        #expect(finished.startedAt == .sample)
        #expect(finished.finishedAt == .sample + .seconds(70))
        #expect(finished.expiresAt == .sample + .seconds(70 + 14 * 86400))
        #expect(bench.queue.bodies == [])
    }

    @Test("A short run renews nothing")
    func shortRun() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        async let done: Void = runner(working: .seconds(19)).process(delivery)
        await bench.clock.waitForSleepers(2)
        bench.clock.advance(by: .seconds(19))
        try await done
        #expect(try await bench.job(job.id).status == .succeeded)
        #expect(bench.clock.sleepers == 0)
    }

    @Test("Who loses the lease is told to stop, writes nothing and leaves the message to the other")
    func lostLease() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        let stops = Counter()
        let runner = bench.runner { [clock = bench.clock] _, _ in
            do {
                try await clock.sleep(for: .seconds(3600))
            } catch {
                stops.increment()
            }
            return .succeeded("late")
        }
        async let done: Void = runner.process(delivery)
        await bench.clock.waitForSleepers(2)
        var taken = try await bench.job(job.id)
        taken.attempts = 2
        taken.lease = Job.Lease(owner: "rival", messageID: "message-1", expiresAt: .sample + .seconds(90))
        bench.store.put(taken)
        bench.clock.advance(by: .seconds(20))
        try await done
        #expect(stops.count == 1)
        #expect(bench.store.jobs == [taken])
        #expect(bench.queue.bodies == [job.message.body])
        #expect(bench.deadLetters.bodies == [])
    }

    @Test(
        "Who finds at its end that the lease is lost writes nothing, whatever the outcome",
        arguments: [
            .succeeded("late"), .failed(JobFailure(.system, "late")), .failed(JobFailure(.validation, "late")),
            .interrupted,
        ] as [JobOutcome]
    )
    func lostUnnoticed(outcome: JobOutcome) async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        let runner = bench.runner { [bench] _, _ in
            var taken = try await bench.job(job.id)
            taken.attempts = 2
            taken.lease = Job.Lease(owner: "rival", messageID: "message-1", expiresAt: .sample + .seconds(90))
            bench.store.put(taken)
            return outcome
        }
        try await runner.process(delivery)
        let left = try await bench.job(job.id)
        #expect(left.status == .running)
        #expect(left.lease == Job.Lease(owner: "rival", messageID: "message-1", expiresAt: .sample + .seconds(90)))
        #expect(left.result == nil)
        #expect(left.error == nil)
        #expect(bench.queue.bodies == [job.message.body])
        #expect(bench.queue.hiddenFor == [.seconds(60)])
        #expect(bench.deadLetters.bodies == [])
    }

    @Test("A store that is away for a renewal costs nothing: the next one comes in time")
    func storeAway() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        async let done: Void = runner(working: .seconds(50)).process(delivery)
        await bench.clock.waitForSleepers(2)
        bench.store.fail(with: .outage)
        bench.clock.advance(by: .seconds(20))
        await bench.clock.waitForSleepers(2)
        #expect(bench.queue.hiddenFor == [.seconds(62)])
        bench.store.fail(with: nil)
        #expect(try await bench.job(job.id).lease?.expiresAt == .sample + .seconds(60))
        bench.clock.advance(by: .seconds(20))
        await bench.clock.waitForSleepers(2)
        #expect(try await bench.job(job.id).lease?.expiresAt == .sample + .seconds(100))
        bench.clock.advance(by: .seconds(10))
        try await done
        #expect(try await bench.job(job.id).status == .succeeded)
    }

    @Test("A queue that is away does not cost the lease")
    func queueAway() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        async let done: Void = runner(working: .seconds(30)).process(delivery)
        await bench.clock.waitForSleepers(2)
        bench.queue.fail(with: .outage)
        bench.clock.advance(by: .seconds(20))
        await bench.clock.waitForSleepers(2)
        #expect(try await bench.job(job.id).lease?.expiresAt == .sample + .seconds(80))
        bench.queue.fail(with: nil)
        bench.clock.advance(by: .seconds(10))
        try await done
        #expect(try await bench.job(job.id).status == .succeeded)
    }
}
