import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@testable import JobsysDeadLetters

@Suite("The dead letters' function", .timeLimit(.minutes(1)))
struct DeadLetterFunctionTests {
    let clock = ManualClock(epoch: .sample)
    let store = InMemoryJobStore()
    let mainQueue = InMemoryJobQueue(clock: ManualClock(epoch: .sample))

    @Test("Records every letter and reports none")
    func recorded() async throws {
        let jobs = (0..<25).map { _ in Job.spent() }
        jobs.forEach(store.put)
        let records = jobs.map { record("id-\($0.id)", body: $0.message.body) }
        let event = JSONValue.object(["Records": .array(records)]).serializedString
        #expect(try await answer(to: event) == #"{"batchItemFailures":[]}"#)
        #expect(store.jobs.allSatisfy { $0.status == .failedFinal })
        #expect(Set(store.incidents.map(\.id)) == Set(jobs.map { .job($0.id, generation: 0) }))
    }

    @Test("Takes the reason from the message's attributes")
    func reason() async throws {
        let job = Job.spent()
        store.put(job)
        _ = try await answer(
            to: event(record("1", body: job.message.body, messageAttributes: ["errorClass": "NETWORK"]))
        )
        #expect(store.incidents.map(\.failure.errorClass) == [.network])
        #expect(store.incidents.map(\.failure.message) == ["no route"])
    }

    @Test("Reports the one record that fails, and does the others")
    func partialFailure() async throws {
        let jobs = (0..<3).map { _ in Job.spent() }
        jobs.forEach(store.put)
        let records = jobs.enumerated().map { record("id-\($0)", body: $1.message.body) }
        let obstructed = ObstructedStore(store, failing: [jobs[1].id])
        let answer = try await answer(to: event(records[0], records[1], records[2]), store: obstructed)
        #expect(answer == #"{"batchItemFailures":[{"itemIdentifier":"id-1"}]}"#)
        #expect(try await store.job(jobs[0].id)?.status == .failedFinal)
        #expect(try await store.job(jobs[1].id) == jobs[1])
        #expect(try await store.job(jobs[2].id)?.status == .failedFinal)
    }

    @Test("Reports a letter whose job is being run, so that it comes again")
    func postponed() async throws {
        let job = Job.running(until: clock.timestamp + .seconds(60))
        store.put(job)
        let answer = try await answer(to: event(record("busy", body: job.message.body)))
        #expect(answer == #"{"batchItemFailures":[{"itemIdentifier":"busy"}]}"#)
        #expect(store.jobs == [job])
    }

    @Test("Records a message that is none of ours, and is done with it")
    func poison() async throws {
        let job = Job.spent()
        store.put(job)
        let event = event(record("poison", body: "no JSON"), record("good", body: job.message.body))
        #expect(try await answer(to: event) == #"{"batchItemFailures":[]}"#)
        #expect(Set(store.incidents.map(\.id)) == [.message("poison"), .job(job.id, generation: 0)])
        let stray = store.incidents.first { $0.id == .message("poison") }
        #expect(stray?.failure.errorClass == .validation)
        #expect(stray?.excerpt == "no JSON")
    }

    @Test("An event that comes twice makes one incident and reports nothing")
    func twice() async throws {
        let job = Job.spent()
        store.put(job)
        let record = record("1", body: job.message.body)
        #expect(try await answer(to: event(record)) == #"{"batchItemFailures":[]}"#)
        let incidents = store.incidents
        #expect(try await answer(to: event(record, record)) == #"{"batchItemFailures":[]}"#)
        #expect(store.incidents == incidents)
        #expect(incidents.count == 1)
    }

    @Test("Refuses what is not an SQS event")
    func notAnEvent() async throws {
        await #expect(
            throws: LambdaFunctionError(
                type: "Runtime.InvalidEvent",
                message: "not an SQS event: the event has no Records (at byte 20)"
            )
        ) {
            try await answer(to: #"{"password":"hush!"}"#)
        }
    }

    @Test(
        "Ends a little before the deadline and reports what is unfinished",
        arguments: [(10_000, 9500), (1000, 750)] as [(Int, Int)]
    )
    func deadline(limit: Int, end: Int) async throws {
        let jobs = (0..<12).map { _ in Job.spent() }
        jobs.forEach(store.put)
        let obstructed = ObstructedStore(store, stuck: Set(jobs[1...].map(\.id)))
        let records = jobs.enumerated().map { record("id-\($0)", body: $1.message.body) }
        let invocation = LambdaInvocation.sample(
            event: JSONValue.object(["Records": .array(records)]).serializedString,
            deadline: clock.timestamp + .milliseconds(limit)
        )
        async let answer = function(obstructed).handle(invocation)
        await clock.waitForSleepers()
        await obstructed.waitForArrival()
        while store.incidents.isEmpty { await Task.yield() }
        clock.advance(by: .milliseconds(end - 1))
        clock.advance(by: .milliseconds(1))
        let text = String(decoding: try await answer, as: UTF8.self)
        let failures = (1..<12).map { #"{"itemIdentifier":"id-\#($0)"}"# }
        #expect(text == #"{"batchItemFailures":[\#(failures.joined(separator: ","))]}"#)
    }

    private func answer(to event: String, store: (any FailureStore)? = nil) async throws -> String {
        String(decoding: try await function(store ?? self.store).handle(.sample(event: event)), as: UTF8.self)
    }

    private func function(_ store: any FailureStore) -> DeadLetterFunction {
        DeadLetterFunction(
            processor: DeadLetterProcessor(
                recorder: DeadLetterRecorder(store: store, queue: mainQueue, now: { [clock] in clock.timestamp })
            ),
            readReason: { attributes in
                attributes["errorClass"] == "NETWORK"
                    ? DeadLetter.Reason(failure: JobFailure(.network, "no route"), messageID: "first", run: nil) : nil
            },
            clock: clock,
            now: { [clock] in clock.timestamp }
        )
    }
}

extension Job {
    /// A job whose attempts are used up.
    static func spent() -> Job {
        var job = Job.sample()
        job.status = .retrying
        job.attempts = job.maxAttempts
        return job
    }

    /// A job in its last attempt, under a lease.
    static func running(until expiry: Timestamp) -> Job {
        var job = Job.sample()
        job.status = .running
        job.attempts = job.maxAttempts
        job.lease = Lease(owner: "one", messageID: "message-1", expiresAt: expiry)
        return job
    }
}
