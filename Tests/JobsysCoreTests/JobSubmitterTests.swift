import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTestKit
import JobsysTime
import Synchronization
import Testing

@Suite("Submitting jobs", .quietLog)
struct JobSubmitterTests {
    private let clock = ManualClock(epoch: .sample)
    private let store = InMemoryJobStore()
    private let queue: InMemoryJobQueue
    private let submission = Submission(type: "transform", payload: ["text": "hi"], idempotencyKey: "key")

    init() {
        queue = InMemoryJobQueue(clock: clock)
    }

    private var submitter: JobSubmitter {
        JobSubmitter(store: store, queue: queue, now: { clock.timestamp })
    }

    /// Another place in another trace.
    private static let otherTrace: TraceContext = {
        let header = "Root=1-67891233-000000000000000000000001;Parent=463ac35c9f6413ae;Sampled=1"
        guard let trace = TraceContext(xrayHeader: header) else { preconditionFailure("not a trace header") }
        return trace
    }()

    @Test("A new job is recorded as it was asked for, its message is sent, and the ticket shows it")
    func accepted() async throws {
        let submission = Submission(tenant: "acme", type: "transform", payload: ["text": "hi"], maxAttempts: 2)
        let id = JobID(at: .sample)
        let submitter = JobSubmitter(store: store, queue: queue, now: { clock.timestamp }, makeID: { _ in id })
        let expected = Job(submission, id: id, traceID: TraceContext.sample.traceID, at: .sample)
        #expect(try await submitter.submit(submission, trace: .sample) == .accepted(expected))
        #expect(store.jobs == [expected])
        let deliveries = try await queue.receive(upTo: 10, wait: .zero, visibility: .seconds(60))
        #expect(deliveries.map(\.body) == [expected.message.body])
        #expect(deliveries.map(\.trace) == [.sample])
        #expect(expected.status == .pending)
        #expect(expected.tenant == "acme")
        #expect(expected.maxAttempts == 2)
        #expect(expected.traceID == TraceContext.sample.traceID)
    }

    @Test("An id is made from the instant of the submission, or derived from tenant and key")
    func id() async throws {
        let submitter = JobSubmitter(store: store, queue: queue, now: { clock.timestamp }, makeID: { JobID(at: $0) })
        let plain = try await submitter.submit(Submission(type: "t", payload: 1), trace: .sample)
        guard case .accepted(let job) = plain else { return #expect(Bool(false), "\(plain)") }
        let head = String(UInt64(Timestamp.sample.milliseconds), radix: 16)
        #expect(job.id.description.filter { $0 != "-" }.hasPrefix("0" + head))
        let keyed = Submission(tenant: "acme", type: "t", payload: 1, idempotencyKey: "key")
        let ticket = try await submitter.submit(keyed, trace: .sample)
        guard case .accepted(let job) = ticket else { return #expect(Bool(false), "\(ticket)") }
        #expect(job.id == JobID(tenant: "acme", idempotencyKey: "key"))
        #expect(job.idempotencyKey == "key")
    }

    @Test("The record is there before the message goes out")
    func order() async throws {
        let sender = LookingSender(store: store)
        let ticket = try await JobSubmitter(store: store, queue: sender, now: { clock.timestamp })
            .submit(submission, trace: .sample)
        #expect(sender.seen.withLock { $0 } == store.jobs)
        #expect(ticket == .accepted(store.jobs[0]))
    }

    @Test("A repeat gets the first job back; its message is sent again while no worker has begun")
    func repeated() async throws {
        let first = try await submitter.submit(submission, trace: .sample)
        let job = try #require(store.jobs.first)
        #expect(first == .accepted(job))
        clock.advance(by: .seconds(5))
        #expect(try await submitter.submit(submission, trace: Self.otherTrace) == .repeated(job))
        #expect(store.jobs == [job])
        let deliveries = try await queue.receive(upTo: 10, wait: .zero, visibility: .seconds(60))
        #expect(deliveries.map(\.body) == [job.message.body, job.message.body])
        #expect(deliveries.map(\.trace) == [.sample, Self.otherTrace])
    }

    @Test("A repeat within the trace of the first submission is a repeat too")
    func repeatedInTrace() async throws {
        _ = try await submitter.submit(submission, trace: .sample)
        let job = try #require(store.jobs.first)
        clock.advance(by: .milliseconds(50))
        #expect(try await submitter.submit(submission, trace: .sample) == .repeated(job))
        let other = Submission(type: "transform", payload: ["text": "ho"], idempotencyKey: "key")
        #expect(try await submitter.submit(other, trace: .sample) == .keyReused(job))
    }

    @Test(
        "A repeat of a job that has begun sends nothing",
        arguments: [
            (.running, 1), (.retrying, 1), (.succeeded, 1), (.failedFinal, 4), (.cancelled, 0), (.pending, 1),
        ] as [(JobStatus, Int)]
    )
    func repeatedLater(status: JobStatus, attempts: Int) async throws {
        _ = try await submitter.submit(submission, trace: .sample)
        var job = try #require(store.jobs.first)
        job.status = status
        job.attempts = attempts
        store.put(job)
        clock.advance(by: .seconds(5))
        #expect(try await submitter.submit(submission, trace: Self.otherTrace) == .repeated(job))
        #expect(queue.bodies.count == 1)
    }

    @Test("A key that was used for another job is refused, and the job stays as it is")
    func keyReused() async throws {
        _ = try await submitter.submit(submission, trace: .sample)
        let job = try #require(store.jobs.first)
        clock.advance(by: .seconds(5))
        let others = [
            Submission(type: "drill", payload: ["text": "hi"], idempotencyKey: "key"),
            Submission(type: "transform", payload: ["text": "ho"], idempotencyKey: "key"),
            Submission(type: "transform", payload: ["text": "hi"], maxAttempts: 1, idempotencyKey: "key"),
            Submission(type: "transform", payload: ["text": "hi"], idempotencyKey: "key", orderingKey: "a"),
            Submission(type: "transform", payload: ["text": "hi"], idempotencyKey: "key", start: .after(.seconds(1))),
            Submission(type: "transform", payload: ["text": "hi"], idempotencyKey: "key", start: .at(.sample)),
        ]
        for other in others {
            #expect(try await submitter.submit(other, trace: Self.otherTrace) == .keyReused(job))
        }
        #expect(store.jobs == [job])
        #expect(queue.bodies.count == 1)
    }

    @Test("A record of a version that kept no hash of the request is compared by what it holds")
    func olderRecord() async throws {
        let id = JobID(tenant: submission.tenant, idempotencyKey: "key")
        var older = Job(submission, id: id, traceID: TraceContext.sample.traceID, at: .sample)
        older.requestHash = nil
        older.attempts = 1
        store.put(older)
        clock.advance(by: .seconds(5))
        var delayed = submission
        delayed.start = .after(.seconds(60))
        for repeated in [submission, delayed] {
            #expect(try await submitter.submit(repeated, trace: Self.otherTrace) == .repeated(older))
        }
        let other = Submission(type: "transform", payload: ["text": "ho"], idempotencyKey: "key")
        #expect(try await submitter.submit(other, trace: Self.otherTrace) == .keyReused(older))
    }

    @Test("The same key of another tenant is another job")
    func otherTenant() async throws {
        _ = try await submitter.submit(submission, trace: .sample)
        var other = submission
        other.tenant = "acme"
        _ = try await submitter.submit(other, trace: .sample)
        #expect(store.jobs.count == 2)
        #expect(queue.bodies.count == 2)
    }

    @Test("When the store is down, nothing is sent")
    func storeDown() async throws {
        store.fail(with: .outage)
        let error = await #expect(throws: DependencyError.self) {
            try await submitter.submit(submission, trace: .sample)
        }
        #expect(error?.code == "Down")
        #expect(queue.bodies == [])
        store.fail(with: nil)
        #expect(store.jobs == [])
    }

    @Test("When the queue is down, the client is told; the record stays, and a repeat sends its message")
    func queueDown() async throws {
        queue.fail(with: .outage)
        await #expect(throws: DependencyError.self) { try await submitter.submit(submission, trace: .sample) }
        let job = try #require(store.jobs.first)
        #expect(job.status == .pending)
        queue.fail(with: nil)
        #expect(queue.bodies == [])
        clock.advance(by: .seconds(1))
        #expect(try await submitter.submit(submission, trace: Self.otherTrace) == .repeated(job))
        #expect(queue.bodies == [job.message.body])
    }
}

/// Looks into the store whenever it is to send.
private final class LookingSender: JobSender {
    let store: InMemoryJobStore
    let seen = Mutex<[Job?]>([])

    init(store: InMemoryJobStore) {
        self.store = store
    }

    func send(_ job: Job, trace: TraceContext?, after delay: Duration) async throws {
        let job = try await store.job(job.id)
        seen.withLock { $0.append(job) }
    }

    func sendAgain(_ job: Job, trace: TraceContext?) async throws {
        try await send(job, trace: trace, after: .zero)
    }

    func checkReachable() async throws {}
}
