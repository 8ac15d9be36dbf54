import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("Cancelling a job that runs", .quietLog, .timeLimit(.minutes(1)))
struct JobRunnerCancelTests {
    private let bench = JobBench()

    private func cancel(_ job: Job) async throws {
        let answer = try await bench.store.cancel(job.id, at: bench.clock.timestamp, expiresAt: .sample)
        guard case .requested = answer else { return #expect(Bool(false), "\(answer)") }
    }

    @Test("stops its handler at the next renewal of the lease, and its message is gone")
    func stops() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        let stops = Counter()
        let runner = bench.runner { [clock = bench.clock] _, _ in
            do {
                try await clock.sleep(for: .seconds(3600))
            } catch {
                stops.increment()
                throw error
            }
            return .succeeded("never")
        }
        async let done: Void = runner.process(delivery)
        await bench.clock.waitForSleepers(2)
        try await cancel(job)
        bench.clock.advance(by: .seconds(20))
        try await done
        #expect(stops.count == 1)
        let cancelled = try await bench.job(job.id)
        #expect(cancelled.status == .cancelled)
        #expect(cancelled.finishedAt == .sample + .seconds(20))
        #expect(cancelled.expiresAt == .sample + .seconds(20 + 14 * 86400))
        #expect(bench.queue.bodies == [])
        #expect(bench.deadLetters.bodies == [])
    }

    @Test(
        "keeps it from being tried again, handed back or buried",
        arguments: [
            .failed(JobFailure(.system, "x")), .failed(JobFailure(.validation, "x")), .interrupted,
        ] as [JobOutcome]
    )
    func noFurtherAttempt(outcome: JobOutcome) async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        let runner = bench.runner { [self] _, _ in
            try await cancel(job)
            return outcome
        }
        try await runner.process(delivery)
        #expect(try await bench.job(job.id).status == .cancelled)
        #expect(bench.queue.bodies == [])
        #expect(bench.deadLetters.bodies == [])
    }

    @Test("does not undo what it has done")
    func succeeds() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        let runner = bench.runner { [self] _, _ in
            try await cancel(job)
            return .succeeded("done")
        }
        try await runner.process(delivery)
        #expect(try await bench.job(job.id).status == .succeeded)
        #expect(try await bench.job(job.id).result == "done")
        #expect(bench.queue.bodies == [])
    }
}
