import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Synchronization
import Testing

@Suite("Dead letters of no job, and of jobs that change", .quietLog)
struct DeadLetterStrayTests {
    private let store = InMemoryJobStore()
    private let queue = InMemoryJobQueue(clock: ManualClock(epoch: .sample))

    private var recorder: DeadLetterRecorder {
        DeadLetterRecorder(store: store, queue: queue, now: { .sample })
    }

    private func delivery(_ body: String, reason: DeadLetter.Reason? = nil) -> Delivery {
        Delivery(messageID: "second", receipt: "r", body: body, receiveCount: 1, deadLetterReason: reason)
    }

    private func incident(_ messageID: String, _ failure: JobFailure, excerpt: String) -> Incident {
        Incident(
            id: .message(messageID),
            tenant: "default",
            jobType: nil,
            failure: Job.RecordedFailure(failure, at: .sample),
            attempts: 0,
            traceID: nil,
            excerpt: excerpt
        )
    }

    @Test("A text that is no message of ours has an incident by the id of its first message")
    func buriedStray() async throws {
        let failure = JobFailure(.validation, "the message is not JSON: as the worker found")
        let reason = DeadLetter.Reason(failure: failure, messageID: "first", run: nil)
        let expected = incident("first", failure, excerpt: "hello?")
        #expect(try await recorder.record(delivery("hello?", reason: reason)) == .recorded(expected))
        #expect(store.incidents == [expected])
        try await recorder.noteAnnounced(expected)
        #expect(try await recorder.record(delivery("hello?", reason: reason)) == .alreadyRecorded)
        #expect(store.incidents.map(\.id) == [expected.id])
    }

    @Test("A text that nobody has looked at is looked at here")
    func unseenStray() async throws {
        let expected = incident(
            "second",
            JobFailure(.validation, "the message names no job: jobId must be a UUID"),
            excerpt: "[]"
        )
        #expect(try await recorder.record(delivery("[]")) == .recorded(expected))
        #expect(store.incidents == [expected])
    }

    @Test("A long text is cut in its incident, and its secrets are redacted")
    func excerpt() async throws {
        let body = "password=hunter2 " + String(repeating: "é", count: 3000)
        _ = try await recorder.record(delivery(body))
        let excerpt = try #require(store.incidents.first?.excerpt)
        #expect(excerpt.utf8.count <= 2048)
        #expect(excerpt.hasSuffix("é…"))
        #expect(!excerpt.contains("hunter2"))
    }

    @Test("A message of a job that is not recorded has an incident of its own")
    func unknownJob() async throws {
        let body = Job.sample().message.body
        let unknown = JobFailure(.unknown, "the message names a job that is not recorded")
        let expected = incident("second", unknown, excerpt: body)
        #expect(try await recorder.record(delivery(body)) == .recorded(expected))
        #expect(expected.needsInvestigation)
        let failure = JobFailure(.system, "broken")
        let reason = DeadLetter.Reason(failure: failure, messageID: "first", run: nil)
        let told = incident("first", failure, excerpt: body)
        #expect(try await recorder.record(delivery(body, reason: reason)) == .recorded(told))
        #expect(store.jobs == [])
    }

    @Test("A job that changes between the reading and the write is read again", arguments: [1, 2])
    func conflict(changes: Int) async throws {
        var job = Job.sample()
        job.attempts = job.maxAttempts
        store.put(job)
        let restless = RestlessStore(store, changes: changes)
        let outcome = try await DeadLetterRecorder(store: restless, queue: queue, now: { .sample })
            .record(delivery(job.message.body))
        guard case .recorded(let incident) = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(incident.attempts == 4 + changes)
        #expect(store.incidents == [incident])
        #expect(store.jobs.map(\.status) == [.failedFinal])
        #expect(store.jobs.map(\.attempts) == [4 + changes])
    }

    @Test("A job that never stands still is left for later")
    func endlessConflict() async throws {
        var job = Job.sample()
        job.attempts = job.maxAttempts
        store.put(job)
        let recorder = DeadLetterRecorder(store: RestlessStore(store, changes: 100), queue: queue, now: { .sample })
        let postponed = try await #require(throws: DeadLetterRecorder.Postponed.self) {
            try await recorder.record(delivery(job.message.body))
        }
        #expect("\(postponed)" == "the job changed at every try to record its failure")
        #expect(store.incidents == [])
        #expect(store.jobs.map(\.status) == [.pending])
    }

    @Test("A message of a job with another payload has an incident of its own, and the job goes on")
    func anotherPayload() async throws {
        let job = Job.sample()
        store.put(job)
        var message = job.message
        message.payloadHash = Job.sample(payload: ["text": "forged"]).payloadHash
        let failure = JobFailure(.validation, "the message was made for another payload than the job has")
        let expected = incident("second", failure, excerpt: message.body)
        #expect(try await recorder.record(delivery(message.body)) == .recorded(expected))
        #expect(store.jobs == [job])
        #expect(queue.bodies == [])
    }
}

/// A store in which somebody else moves the job on after it was read, so many times.
private final class RestlessStore: FailureStore {
    private let store: InMemoryJobStore
    private let changes: Mutex<Int>

    init(_ store: InMemoryJobStore, changes: Int) {
        self.store = store
        self.changes = Mutex(changes)
    }

    func job(_ id: JobID) async throws -> Job? {
        guard let job = try await store.job(id) else { return nil }
        let changesNow = changes.withLock { left in
            left -= 1
            return left >= 0
        }
        if changesNow {
            var changed = job
            changed.attempts += 1
            store.put(changed)
        }
        return job
    }

    func fail(_ job: Job, with incident: Incident, expiresAt: Timestamp) async throws -> FencedWrite {
        try await store.fail(job, with: incident, expiresAt: expiresAt)
    }

    func record(_ incident: Incident, expiresAt: Timestamp) async throws -> FencedWrite {
        try await store.record(incident, expiresAt: expiresAt)
    }

    func noteAnnounced(_ id: Incident.ID, at now: Timestamp) async throws {
        try await store.noteAnnounced(id, at: now)
    }

    func incident(_ id: Incident.ID) async throws -> Incident? {
        try await store.incident(id)
    }
}
