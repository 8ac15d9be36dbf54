import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

@Suite("Interruptions", .quietLog, .timeLimit(.minutes(1)))
struct JobRunnerInterruptionTests {
    private let bench = JobBench()

    /// Processes the one visible message and cancels that when its handler sleeps.
    private func processAndCancel(_ runner: JobRunner) async throws {
        let delivery = try await bench.receive()
        try await withThrowingTaskGroup { group in
            group.addTask { try await runner.process(delivery) }
            await bench.clock.waitForSleepers(2)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test("A job that is interrupted has its attempt back, and its message is visible at once")
    func interrupted() async throws {
        let job = try await bench.submit()
        try await processAndCancel(
            bench.runner { [clock = bench.clock] _, _ in
                try await clock.sleep(for: .seconds(3600))
                return .succeeded("never")
            }
        )
        let left = try await bench.job(job.id)
        #expect(left.status == .pending)
        #expect(left.attempts == 0)
        #expect(left.error == nil)
        #expect(left.lease == Job.Lease(owner: "worker", messageID: "message-1", expiresAt: nil))
        #expect(bench.queue.bodies == [job.message.body])
        #expect(bench.queue.hiddenFor == [.zero])
        try await bench.runner(owner: "next").process(bench.receive())
        #expect(try await bench.job(job.id).status == .succeeded)
        #expect(try await bench.job(job.id).attempts == 1)
    }

    @Test("A handler that finishes although it was cancelled has done its job")
    func finished() async throws {
        let job = try await bench.submit()
        try await processAndCancel(
            bench.runner { [clock = bench.clock] _, _ in
                // Cancelled, and none the worse for it.
                try? await clock.sleep(for: .seconds(3600))
                return .succeeded("done")
            }
        )
        #expect(try await bench.job(job.id).status == .succeeded)
        #expect(try await bench.job(job.id).result == "done")
        #expect(bench.queue.bodies == [])
    }

    @Test(
        "A failure that a handler answers a stop with costs no attempt, not even the last one",
        arguments: [ErrorClass.validation, .network, .unknown],
        [true, false]
    )
    func failed(errorClass: ErrorClass, throwing: Bool) async throws {
        let job = try await bench.submit(.sample(type: "task", maxAttempts: 1))
        try await processAndCancel(
            bench.runner { [clock = bench.clock] _, _ in
                let failure = JobFailure(errorClass, "cut off")
                do {
                    try await clock.sleep(for: .seconds(3600))
                } catch {
                    if throwing { throw failure }
                }
                return .failed(failure)
            }
        )
        let left = try await bench.job(job.id)
        #expect(left.status == .pending)
        #expect(left.attempts == 0)
        #expect(left.error == nil)
        #expect(bench.deadLetters.reasons == [])
        #expect(bench.queue.bodies == [job.message.body])
        #expect(bench.queue.hiddenFor == [.zero])
    }

    @Test("The second attempt's interruption leaves the first one's failure in the record")
    func interruptedLater() async throws {
        let job = try await bench.submit()
        let failure = JobFailure(.system, "broken")
        try await bench.runner { _, _ in .failed(failure) }.process(bench.receive())
        bench.clock.advance(by: .seconds(1))
        try await processAndCancel(
            bench.runner(owner: "second") { [clock = bench.clock] _, _ in
                try await clock.sleep(for: .seconds(3600))
                return .succeeded("never")
            }
        )
        let left = try await bench.job(job.id)
        #expect(left.status == .retrying)
        #expect(left.attempts == 1)
        #expect(left.error == Job.RecordedFailure(failure, at: .sample))
    }
}
