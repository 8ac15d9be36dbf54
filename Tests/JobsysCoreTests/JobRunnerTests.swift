import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("Running jobs", .quietLog, .timeLimit(.minutes(1)))
struct JobRunnerTests {
    private let bench = JobBench()

    @Test("A success is recorded with its result, and its message is gone")
    func success() async throws {
        let job = try await bench.submit()
        try await bench.runner { payload, context in .succeeded([payload, .int(context.attempt)]) }
            .process(bench.receive())
        var expected = job
        expected.status = .succeeded
        expected.attempts = 1
        expected.lease = Job.Lease(owner: "worker", messageID: "message-1", expiresAt: nil)
        expected.result = [["text": "hello"], 1]
        expected.startedAt = .sample
        expected.finishedAt = .sample
        expected.expiresAt = .sample + .seconds(14 * 86400)
        #expect(bench.store.jobs == [expected])
        #expect(bench.queue.bodies == [])
        #expect(bench.deadLetters.bodies == [])
    }

    @Test("While a job runs, the record says who runs it")
    func running() async throws {
        let job = try await bench.submit()
        try await bench.runner { [bench] _, _ in
            let running = try await bench.job(job.id)
            #expect(running.status == .running)
            #expect(running.attempts == 1)
            #expect(
                running.lease == Job.Lease(owner: "worker", messageID: "message-1", expiresAt: .sample + .seconds(60))
            )
            return .succeeded(.null)
        }
        .process(bench.receive())
        #expect(try await bench.job(job.id).status == .succeeded)
    }

    @Test(
        "A failure that may pass is recorded, and the message is hidden for the drawn backoff",
        arguments: [
            (JobFailure(.system, "broken"), .seconds(1)),
            (JobFailure(.network, "no route"), .seconds(1)),
            (JobFailure(.unknown, "no idea"), .seconds(1)),
            (JobFailure(.rateLimit, "slow down"), .seconds(3)),
            (JobFailure(.rateLimit, "slow down", retryAfter: .seconds(77)), .seconds(77)),
        ] as [(JobFailure, Duration)]
    )
    func retry(failure: JobFailure, hidden: Duration) async throws {
        let job = try await bench.submit()
        try await bench.runner { _, _ in .failed(failure) }.process(bench.receive())
        var expected = job
        expected.status = .retrying
        expected.attempts = 1
        expected.lease = Job.Lease(owner: "worker", messageID: "message-1", expiresAt: nil)
        expected.error = Job.RecordedFailure(failure, at: .sample)
        expected.failures = [Job.RecordedFailure(failure, at: .sample)]
        expected.startedAt = .sample
        expected.runAt = try await bench.job(job.id).runAt
        #expect(bench.store.jobs == [expected])
        let delay = try #require(expected.runAt).duration(since: .sample)
        #expect(delay > hidden - .seconds(1) && delay <= hidden)
        #expect(bench.queue.bodies == [job.message.body])
        // The queue counts whole seconds, and rounds up.
        #expect(bench.queue.hiddenFor == [hidden])
        #expect(bench.deadLetters.bodies == [])
    }

    @Test("A job fails until its attempts are used up, and then goes to the dead letters")
    func exhaustion() async throws {
        let job = try await bench.submit(.sample(type: "task", maxAttempts: 3))
        let runner = bench.runner { _, context in throw Mishap(description: "number \(context.attempt)") }
        for attempt in 1...2 {
            try await runner.process(bench.receive())
            #expect(try await bench.job(job.id).status == .retrying)
            #expect(try await bench.job(job.id).attempts == attempt)
            bench.clock.advance(by: .seconds(5))
        }
        try await runner.process(bench.receive())
        #expect(bench.queue.bodies == [])
        let run = Run(jobID: job.id, generation: 0, attempt: 3, owner: "worker")
        let failure = JobFailure(.unknown, "the handler threw Mishap: number 3")
        #expect(bench.deadLetters.reasons == [.init(failure: failure, messageID: "message-1", run: run)])
        // Who records the dead letter finds the run that failed, still under its lease.
        let left = try await bench.job(job.id)
        #expect(left.status == .running)
        #expect(left.attempts == 3)
        #expect(Run(latestOf: left) == run)
        #expect(left.lease?.expiresAt == .sample + .seconds(70))
    }

    @Test("A failure that will not pass goes to the dead letters at once, with its reason, its run and its trace")
    func permanent() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        try await bench.runner { _, _ in .failed(JobFailure(.validation, "no such account")) }.process(delivery)
        #expect(bench.queue.bodies == [])
        let letters = try await bench.deadLetters.receive(upTo: 10, wait: .zero, visibility: .seconds(60))
        #expect(letters.map(\.body) == [job.message.body])
        #expect(letters.map(\.trace) == [.sample])
        let reason = DeadLetter.Reason(
            failure: JobFailure(.validation, "no such account"),
            messageID: delivery.messageID,
            run: Run(jobID: job.id, generation: 0, attempt: 1, owner: "worker")
        )
        #expect(letters.map(\.deadLetterReason) == [reason])
        #expect(try await bench.job(job.id).attempts == 1)
    }

    @Test("A job of a type that nobody runs is not tried again")
    func unknownType() async throws {
        try await bench.submit(.sample(type: "nobody"))
        try await bench.runner().process(bench.receive())
        let expected = JobFailure(.validation, "no handler runs jobs of type nobody")
        #expect(bench.deadLetters.reasons.map(\.failure) == [expected])
        #expect(bench.queue.bodies == [])
    }

    @Test("A message that is none of ours goes to the dead letters without a run")
    func poison() async throws {
        try bench.queue.add(body: "hello?", trace: .sample)
        try await bench.runner().process(bench.receive())
        #expect(bench.queue.bodies == [])
        #expect(bench.deadLetters.bodies == ["hello?"])
        let reason = try #require(bench.deadLetters.reasons.first)
        #expect(reason.failure.errorClass == .validation)
        #expect(reason.failure.message.hasPrefix("the message is not JSON: "))
        #expect(reason.messageID == "message-1")
        #expect(reason.run == nil)
    }

    @Test("A message made for another payload is not run")
    func payloadHash() async throws {
        let job = Job.sample(type: "task")
        #expect(try await bench.store.create(job) == .created)
        var message = job.message
        message.payloadHash = "0000"
        try bench.queue.add(body: message.body)
        let runs = Counter()
        try await bench.runner { _, _ in
            runs.increment()
            return .succeeded("done")
        }
        .process(bench.receive())
        #expect(runs.count == 0)
        let expected = JobFailure(.validation, "the message was made for another payload than the job has")
        #expect(bench.deadLetters.reasons.map(\.failure) == [expected])
        #expect(bench.deadLetters.reasons.map(\.run) == [nil])
        #expect(bench.queue.bodies == [])
        #expect(bench.store.jobs == [job])
    }

    @Test("A message that was received but not begun is handed back at once")
    func handBack() async throws {
        let job = try await bench.submit()
        try await bench.runner().handBack(bench.receive())
        #expect(bench.queue.hiddenFor == [.zero])
        #expect(bench.store.jobs == [job])
    }
}
