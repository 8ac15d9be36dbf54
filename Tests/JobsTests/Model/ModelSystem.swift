import JSON
import Jobs
import JobsTestKit
import Observability
import Synchronization

/// One job's surroundings: the real code of the API, of the workers and of the dlq-handler over one store and two queues.
final class ModelSystem: Sendable {
    let clock = ManualClock(epoch: .sample)
    let scheduler = StepScheduler()
    let store: InMemoryJobStore
    let queue: InMemoryJobQueue
    let letters: InMemoryJobQueue

    private let flaw: ModelFlaw?
    private let submission: Submission
    private let ticket = Mutex<Job?>(nil)
    private let handlerEnd = Mutex(ModelMove.HandlerEnd.succeeds)
    private let owners = Mutex(0)
    private let told = Mutex<Set<Incident.ID>>([])

    init(maxAttempts: Int, flaw: ModelFlaw?) {
        self.flaw = flaw
        store = InMemoryJobStore(ignoring: flaw?.condition)
        letters = InMemoryJobQueue(clock: clock)
        queue = InMemoryJobQueue(clock: clock, maxReceiveCount: 4, deadLetters: letters)
        submission = Submission(type: "task", payload: ["text": "hi"], maxAttempts: maxAttempts, idempotencyKey: "key")
    }

    /// The job as the store has it.
    var job: Job? { store.jobs.first }

    /// The incidents that people were told of.
    var announced: Set<Incident.ID> { told.withLock(\.self) }

    /// Whether the client has a ticket.
    var isAccepted: Bool { ticket.withLock { $0 != nil } }

    /// Says how the handlers that end from now on do so.
    func setHandlerEnd(_ end: ModelMove.HandlerEnd) {
        handlerEnd.withLock { $0 = end }
    }

    /// Somebody cancels the job.
    func cancel() async throws {
        guard let job else { return }
        _ = try await store.cancel(job.id, at: clock.timestamp, expiresAt: clock.timestamp)
    }

    /// Somebody starts the failed job anew.
    func redrive() async throws {
        guard let job, case .done(let next) = try await store.redrive(job.id, with: nil, at: clock.timestamp) else {
            return
        }
        try await queue.send(next, trace: nil, after: .zero)
    }

    /// The API answers a request for the job.
    func post() async {
        let (clock, stepped) = (clock, SteppedStore(store: store, scheduler: scheduler, flaw: flaw))
        let queue = SteppedQueue(queue: queue, scheduler: scheduler)
        let submitter = JobSubmitter(store: stepped, queue: queue, now: { clock.timestamp })
        // A client that gets no ticket asks again.
        guard let answer = try? await submitter.submit(submission, trace: .sample) else { return }
        switch answer {
        case .accepted(let job), .repeated(let job): ticket.withLock { $0 = job }
        case .keyReused: break
        }
    }

    /// A worker deals with a message.
    func run(_ delivery: Delivery) async {
        // What could not be dealt with comes again.
        _ = try? await makeRunner().process(delivery)
    }

    private func makeRunner() -> JobRunner {
        let (clock, scheduler) = (clock, scheduler)
        var registry = JobRegistry()
        registry.register(
            ClosureHandler { [self] _, context in
                try await scheduler.step("handler") {}
                return outcome(of: context.attempt)
            }
        )
        return JobRunner(
            store: SteppedStore(store: store, scheduler: scheduler, flaw: flaw),
            queue: SteppedQueue(queue: queue, scheduler: scheduler),
            deadLetters: SteppedQueue(queue: letters, scheduler: scheduler, namesRun: flaw != .letterWithoutRun),
            registry: registry,
            clock: ModelClock(clock: clock),
            now: { clock.timestamp },
            draw: { 0.5 },
            makeOwner: { [self] in makeOwner() }
        )
    }

    private func outcome(of attempt: Int) -> JobOutcome {
        switch handlerEnd.withLock(\.self) {
        case .succeeds: .succeeded(["attempt": .int(attempt)])
        case .fails: .failed(JobFailure(.system, "the handler failed"))
        case .refuses: .failed(JobFailure(.validation, "the handler refused"))
        }
    }

    private func makeOwner() -> String {
        owners.withLock { count in
            count += 1
            return "\(StepScheduler.process?.rawValue ?? "nobody")-\(count)"
        }
    }

    /// The dlq-handler deals with a letter.
    func record(_ delivery: Delivery) async {
        let clock = clock
        let recorder = DeadLetterRecorder(
            store: SteppedStore(store: store, scheduler: scheduler, flaw: flaw),
            queue: SteppedQueue(queue: queue, scheduler: scheduler),
            now: { clock.timestamp }
        )
        // A letter that was not recorded comes again.
        guard let outcome = try? await recorder.record(delivery) else { return }
        if case .recorded(let incident) = outcome {
            // What a dead process does has no effect.
            _ = try? await scheduler.step("announce") { told.withLock { _ = $0.insert(incident.id) } }
            try? await recorder.noteAnnounced(incident)
        }
        _ = try? await SteppedQueue(queue: letters, scheduler: scheduler).delete(delivery)
    }
}
