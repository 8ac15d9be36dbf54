import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("Claiming jobs", .quietLog, .timeLimit(.minutes(1)))
struct JobRunnerClaimTests {
    private let bench = JobBench()

    /// Runs the one visible message with a handler that must not be reached.
    private func processWithoutRun() async throws {
        try await bench.runner { _, _ in
            Issue.record("the handler was run")
            return .succeeded(.null)
        }
        .process(bench.receive())
    }

    @Test("A message of a job that is over is deleted", arguments: [JobStatus.succeeded, .failedFinal, .cancelled])
    func finished(status: JobStatus) async throws {
        var job = try await bench.submit()
        job.status = status
        bench.store.put(job)
        try await processWithoutRun()
        #expect(bench.queue.bodies == [])
        #expect(bench.deadLetters.bodies == [])
        #expect(bench.store.jobs == [job])
    }

    @Test("A message of an older generation is deleted")
    func superseded() async throws {
        var job = try await bench.submit()
        job.generation = 1
        bench.store.put(job)
        try await processWithoutRun()
        #expect(bench.queue.bodies == [])
        #expect(bench.store.jobs == [job])
    }

    @Test("A job that somebody else runs is left alone until a second after the lease ends")
    func leased() async throws {
        var job = try await bench.submit()
        job.status = .running
        job.attempts = 1
        job.lease = Job.Lease(owner: "rival", messageID: "message-1", expiresAt: .sample + .seconds(30))
        bench.store.put(job)
        try await processWithoutRun()
        #expect(bench.queue.hiddenFor == [.seconds(31)])
        #expect(bench.store.jobs == [job])
    }

    @Test("A job whose lease has ended is taken over")
    func takenOver() async throws {
        var job = try await bench.submit()
        job.status = .running
        job.attempts = 1
        job.lease = Job.Lease(owner: "dead", messageID: "message-1", expiresAt: .sample + .milliseconds(-1))
        bench.store.put(job)
        try await bench.runner().process(bench.receive())
        let done = try await bench.job(job.id)
        #expect(done.status == .succeeded)
        #expect(done.attempts == 2)
        #expect(done.lease?.owner == "worker")
    }

    @Test("A job whose last attempt vanished is taken over, so that it stays so, and goes to the dead letters")
    func exhausted() async throws {
        var job = try await bench.submit()
        job.status = .running
        job.attempts = 4
        job.lease = Job.Lease(owner: "dead", messageID: "message-1", expiresAt: .sample + .seconds(-1))
        bench.store.put(job)
        try await processWithoutRun()
        let reason = DeadLetter.Reason(
            failure: JobFailure(.unknown, "the process that ran attempt 4 of 4 ended without a word"),
            messageID: "message-1",
            run: Run(jobID: job.id, generation: 0, attempt: 4, owner: "worker")
        )
        #expect(bench.deadLetters.reasons == [reason])
        #expect(bench.queue.bodies == [])
        job.lease = Job.Lease(owner: "worker", messageID: "message-1", expiresAt: nil)
        job.givenUpAt = .sample
        job.error = Job.RecordedFailure(reason.failure, at: .sample)
        job.updatedAt = .sample
        #expect(bench.store.jobs == [job])
    }

    @Test("A job that was to be cancelled when its worker vanished is cancelled, and does not run again")
    func cancelled() async throws {
        var job = try await bench.submit()
        job.status = .running
        job.attempts = 1
        job.cancelRequestedAt = .sample + .seconds(-30)
        job.lease = Job.Lease(owner: "dead", messageID: "message-1", expiresAt: .sample + .seconds(-1))
        bench.store.put(job)
        try await processWithoutRun()
        #expect(try await bench.job(job.id).status == .cancelled)
        #expect(bench.queue.bodies == [])
        #expect(bench.deadLetters.bodies == [])
    }

    @Test("A job that was given up is not run again while nobody records its letter: the letter is sent again")
    func givenUp() async throws {
        let job = try await bench.submit()
        let failure = JobFailure(.validation, "wrong")
        try await bench.runner { _, _ in .failed(failure) }.process(bench.receive())
        #expect(bench.deadLetters.reasons.map(\.failure) == [failure])
        // Much later somebody sends its message again.
        bench.clock.advance(by: .seconds(86400))
        try await bench.queue.send(job, trace: .sample, after: .zero)
        try await processWithoutRun()
        #expect(bench.queue.bodies == [])
        #expect(bench.deadLetters.reasons.map(\.failure) == [failure, failure])
        #expect(
            bench.deadLetters.reasons.map(\.run)
                == Array(repeating: Run(latestOf: try await bench.job(job.id)), count: 2)
        )
        #expect(try await bench.job(job.id).attempts == 1)
    }

    @Test("A job that is not there, or may not start yet, is looked for again after three seconds")
    func notReady() async throws {
        try await bench.queue.send(Job.sample(type: "task"), trace: .sample, after: .zero)
        try await processWithoutRun()
        #expect(bench.queue.hiddenFor == [.seconds(3)])
        bench.clock.advance(by: .seconds(3))
        #expect(try await bench.receive().receiveCount == 2)
    }

    @Test("A job that is scheduled for later has its message hidden until then")
    func scheduled() async throws {
        var job = try await bench.submit()
        job.status = .scheduled
        job.runAt = .sample + .seconds(600)
        bench.store.put(job)
        try await processWithoutRun()
        #expect(bench.queue.hiddenFor == [.seconds(600)])
        #expect(bench.store.jobs == [job])
    }

    @Test("A job that failed is not started before its time, however early its message comes")
    func tooEarly() async throws {
        let job = try await bench.submit()
        let failure = JobFailure(.system, "x", retryAfter: .milliseconds(2500))
        try await bench.runner { _, _ in .failed(failure) }.process(bench.receive())
        try await bench.queue.send(job, trace: .sample, after: .zero)
        bench.clock.advance(by: .seconds(1))
        try await processWithoutRun()
        #expect(bench.queue.hiddenFor == [.seconds(2), .seconds(2)])
        #expect(try await bench.job(job.id).attempts == 1)
    }

    @Test("A message that is delivered while its job runs does not run it again")
    func deliveredTwice() async throws {
        let job = try await bench.submit()
        let first = try await bench.receive()
        try await bench.queue.send(job, trace: .sample, after: .zero)
        let second = try await bench.receive()
        let runner = bench.runner { [clock = bench.clock] _, _ in
            try await clock.sleep(for: .seconds(5))
            return .succeeded("first")
        }
        async let done = runner.process(first)
        // The handler and the renewal of its lease.
        await bench.clock.waitForSleepers(2)
        try await bench.runner(owner: "rival") { _, _ in .succeeded("second") }.process(second)
        // One message is enough, and it is not the copy.
        #expect(bench.queue.hiddenFor == [.seconds(60)])
        try await bench.runner(owner: "rival") { _, _ in .succeeded("third") }.process(first)
        #expect(bench.queue.hiddenFor == [.seconds(61)])
        bench.clock.advance(by: .seconds(5))
        _ = try await done
        #expect(try await bench.job(job.id).result == "first")
        #expect(try await bench.job(job.id).attempts == 1)
        #expect(bench.queue.bodies == [])
    }

    @Test("Of many deliveries at once one runs the job")
    func manyAtOnce() async throws {
        let job = try await bench.submit()
        for _ in 0..<9 {
            try await bench.queue.send(job, trace: .sample, after: .zero)
        }
        let deliveries = try await bench.queue.receive(upTo: 10, wait: .zero, visibility: .seconds(60))
        try #require(deliveries.count == 10)
        let runs = Counter()
        try await withThrowingTaskGroup { group in
            for (index, delivery) in deliveries.enumerated() {
                group.addTask {
                    try await bench.runner(owner: "worker \(index)") { _, _ in
                        runs.increment()
                        return .succeeded("done")
                    }
                    .process(delivery)
                }
            }
            try await group.waitForAll()
        }
        #expect(runs.count == 1)
        #expect(try await bench.job(job.id).attempts == 1)
        #expect(try await bench.job(job.id).status == .succeeded)
        #expect(bench.deadLetters.bodies == [])
    }

    @Test("A store that is away for a moment is asked again, by the same claim")
    func storeComesBack() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        bench.store.fail(with: .outage)
        let answers = Counter()
        async let done = bench.runner().process(delivery, hooks: RunHooks(onClaim: answers.increment))
        await bench.clock.waitForSleepers()
        #expect(answers.count == 0)
        // As if the first claim had been granted and its answer lost.
        var taken = job
        taken.status = .running
        taken.attempts = 1
        taken.lease = Job.Lease(owner: "worker", messageID: "message-1", expiresAt: .sample + .seconds(60))
        bench.store.put(taken)
        bench.store.fail(with: nil)
        bench.clock.advance(by: .milliseconds(200))
        #expect(try await done == .settled)
        #expect(answers.count == 1)
        #expect(try await bench.job(job.id).status == .succeeded)
        #expect(try await bench.job(job.id).attempts == 1)
    }

    @Test("When the store refuses, the message stays in the queue")
    func storeRefuses() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        bench.store.fail(with: .refusal)
        await #expect(throws: DependencyError.self) { try await bench.runner().process(delivery) }
        bench.store.fail(with: nil)
        #expect(bench.store.jobs == [job])
        #expect(bench.queue.hiddenFor == [.seconds(60)])
    }
}
