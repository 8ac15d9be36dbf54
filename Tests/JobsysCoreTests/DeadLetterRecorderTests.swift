import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("Recording dead letters", .quietLog, .timeLimit(.minutes(1)))
struct DeadLetterRecorderTests {
    private let bench = JobBench()

    private var recorder: DeadLetterRecorder {
        DeadLetterRecorder(store: bench.store, queue: bench.queue, now: { bench.clock.timestamp })
    }

    /// A job whose last attempt has failed, and its dead letter as a worker sends it.
    private func buried(_ failure: JobFailure) async throws -> (Job, Delivery) {
        let job = try await bench.submit(.sample(type: "task", payload: ["user": "eve", "password": "hunter2"]))
        try await bench.runner { _, _ in .failed(failure) }.process(bench.receive())
        return (try await bench.job(job.id), try await bench.letter())
    }

    @Test("A job that failed for good is marked so, with its incident")
    func recorded() async throws {
        let failure = JobFailure(.validation, "no such account")
        let (job, letter) = try await buried(failure)
        bench.clock.advance(by: .seconds(10))
        let now = Timestamp.sample + .seconds(10)
        let outcome = try await recorder.record(letter)
        let incident = Incident(
            id: .job(job.id, generation: 0),
            tenant: "default",
            jobType: "task",
            failure: Job.RecordedFailure(failure, at: now),
            attempts: 1,
            traceID: job.traceID,
            excerpt: #"{"user":"eve","password":"[redacted]"}"#
        )
        #expect(outcome == .recorded(incident))
        #expect(bench.store.incidents == [incident])
        var expected = job
        expected.status = .failedFinal
        expected.givenUpAt = nil
        expected.error = Job.RecordedFailure(failure, at: now)
        expected.lease = Job.Lease(owner: "worker", messageID: "message-1", expiresAt: nil)
        expected.updatedAt = now
        expected.finishedAt = now
        expected.expiresAt = now + .seconds(14 * 86400)
        #expect(bench.store.jobs == [expected])
    }

    @Test(
        "The incident shows no field that the worker's policy, or what workers have said of the type, calls sensitive"
    )
    func sensitive() async throws {
        let payload: JSONValue = ["user": "eve", "cards": [["number": "4111"], ["number": "4222"]]]
        for isClaimed in [true, false] {
            var job = Job.sample(type: "task", payload: payload, at: .sample + .seconds(isClaimed ? 0 : 1))
            if isClaimed {
                job.lease = Job.Lease(owner: "worker", messageID: "message", expiresAt: nil)
                (job.status, job.attempts, job.givenUpAt) = (.running, 1, .sample)
                job.sensitive = ["cards[*].number"]
            } else {
                try await bench.store.announce(["task"], sensitive: ["task": ["cards[*].number"]], at: .sample)
            }
            bench.store.put(job)
            let failure = JobFailure(.validation, "wrong")
            var letter = Delivery(
                messageID: "letter",
                receipt: "r",
                body: job.message.body,
                receiveCount: 1,
                sentAt: .sample
            )
            letter.deadLetterReason = DeadLetter.Reason(failure: failure, messageID: "message", run: Run(latestOf: job))
            guard case .recorded(let incident) = try await recorder.record(letter) else {
                Issue.record("not recorded")
                continue
            }
            #expect(incident.excerpt == #"{"user":"eve","cards":[{"number":"[redacted]"},{"number":"[redacted]"}]}"#)
            #expect(try await bench.store.job(job.id)?.payload == payload)
        }
    }

    @Test("A letter that comes twice is recorded once")
    func redelivered() async throws {
        let (job, letter) = try await buried(JobFailure(.validation, "wrong"))
        try await recorder.noteAnnounced(recorded(letter))
        let recorded = try await bench.job(job.id)
        let incidents = bench.store.incidents
        bench.clock.advance(by: .seconds(60))
        #expect(try await recorder.record(letter) == .alreadyRecorded)
        #expect(bench.store.jobs == [recorded])
        #expect(bench.store.incidents == incidents)
    }

    @Test("A letter that many record at once is recorded once, and the others leave it to be announced")
    func concurrent() async throws {
        let (_, letter) = try await buried(JobFailure(.validation, "wrong"))
        let outcomes = await withTaskGroup(of: Result<DeadLetterRecorder.Outcome, any Error>.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    do {
                        return .success(try await recorder.record(letter))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { if case .success = $0 { true } else { false } } == 1)
        for case .failure(let error) in outcomes { #expect(error is DeadLetterRecorder.Postponed) }
        #expect(bench.store.incidents.count == 1)
    }

    @Test("A letter that comes again is news if whoever recorded it has died before anybody was told")
    func unannounced() async throws {
        let (_, letter) = try await buried(JobFailure(.validation, "wrong"))
        let incident = try await recorded(letter)
        bench.clock.advance(by: .seconds(44))
        await #expect(throws: DeadLetterRecorder.Postponed.self) { try await recorder.record(letter) }
        bench.clock.advance(by: .seconds(1))
        #expect(try await recorded(letter) == incident)
        try await recorder.noteAnnounced(incident)
        #expect(try await recorder.record(letter) == .alreadyRecorded)
        #expect(bench.store.incidents.map(\.announcedAt) == [.sample + .seconds(45)])
    }

    /// Records a letter that is news.
    private func recorded(_ letter: Delivery) async throws -> Incident {
        guard case .recorded(let incident) = try await recorder.record(letter) else {
            throw LetterIsNoNews()
        }
        return incident
    }

    private struct LetterIsNoNews: Error {}

    @Test("Only a failure of unknown class needs an investigation", arguments: ErrorClass.allCases)
    func investigation(errorClass: ErrorClass) async throws {
        let (job, letter) = try await buried(JobFailure(.validation, "x"))
        var other = letter
        other.deadLetterReason?.failure = JobFailure(errorClass, "x")
        _ = try await recorder.record(other)
        let incident = try #require(try await bench.store.incident(.job(job.id, generation: 0)))
        #expect(incident.failure.errorClass == errorClass)
        #expect(incident.needsInvestigation == (errorClass == .unknown))
    }

    @Test("A long payload is cut in the incident")
    func excerpt() async throws {
        let payload = JSONValue.string(String(repeating: "é", count: 5000))
        let job = try await bench.submit(.sample(type: "task", payload: payload))
        let runner = bench.runner { _, _ in .failed(JobFailure(.validation, "x")) }
        try await runner.process(bench.receive())
        _ = try await recorder.record(bench.letter())
        let incident = try #require(try await bench.store.incident(.job(job.id, generation: 0)))
        #expect(incident.excerpt.utf8.count <= 2048)
        #expect(incident.excerpt.utf8.count > 2000)
        #expect(incident.excerpt.hasSuffix("é…"))
    }

    @Test("When the store is down, the letter must come again")
    func storeDown() async throws {
        let (_, letter) = try await buried(JobFailure(.validation, "wrong"))
        bench.store.fail(with: .outage)
        await #expect(throws: DependencyError.self) { try await recorder.record(letter) }
        bench.store.fail(with: nil)
        #expect(bench.store.incidents == [])
    }
}

extension JobBench {
    /// Receives the one dead letter that is visible.
    func letter() async throws -> Delivery {
        let batch = try await deadLetters.receive(upTo: 10, wait: .zero, visibility: .seconds(60))
        try #require(batch.count == 1)
        return batch[0]
    }
}
