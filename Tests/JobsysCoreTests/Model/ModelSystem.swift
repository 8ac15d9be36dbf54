import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTestKit
import JobsysTime
import Synchronization

/// One job's surroundings: the real code of all processes over one store and two queues.
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
    private let owners = Mutex<[ModelProcess: String]>([:])
    private let claims = Mutex(0)
    private let held = Mutex<[ModelProcess: (run: Run, delivery: Delivery)]>([:])
    private let voidRuns = Mutex(0)
    private let told = Mutex<Set<Incident.ID>>([])
    private let wrongRefusals = Mutex(0)
    private let stopping = Mutex<Set<ModelProcess>>([])

    init(maxAttempts: Int, flaw: ModelFlaw?) {
        self.flaw = flaw
        store = InMemoryJobStore(ignoring: flaw?.condition)
        letters = InMemoryJobQueue(clock: clock)
        queue = InMemoryJobQueue(clock: clock, maxReceiveCount: 4, deadLetters: letters)
        submission = Submission(type: "task", payload: ["text": "hi"], maxAttempts: maxAttempts, idempotencyKey: "key")
    }

    /// The job as the store has it.
    var job: Job? { store.jobs.first }

    /// Whether a handler ran for a message of another generation than the job's.
    var hasRunVoidMessage: Bool { voidRuns.withLock { $0 > 0 } }

    /// Whether somebody was told that a job is over which was not.
    var hasRefusedWrongly: Bool { wrongRefusals.withLock { $0 > 0 } }

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
        let answer =
            flaw == .cancellationMissesRetry && job.status == .retrying
            ? .refused(job) : try await store.cancel(job.id, at: clock.timestamp, expiresAt: clock.timestamp)
        if case .refused(let refused) = answer, !refused.status.isFinal, refused.givenUpAt == nil {
            wrongRefusals.withLock { $0 += 1 }
        }
    }

    /// A worker's grace period is over.
    func stop(_ worker: ModelProcess) {
        guard flaw != .stopCounts else { return }
        stopping.withLock { _ = $0.insert(worker) }
        scheduler.cancel(worker)
    }

    /// Somebody starts the failed job anew.
    func redrive() async {
        let clock = clock
        let supervisor = JobSupervisor(store: steppedStore, queue: steppedQueue, now: { clock.timestamp })
        // Nobody repeats it if it fails.
        if let job { _ = try? await supervisor.redrive(job.id) }
    }

    /// The reconciler begins where all of them begin, and goes on until nothing is left to do.
    func reconcile() async {
        let clock = clock
        let reconciler = Reconciler(
            store: SteppedReconcilerStore(store: InMemoryReconcilerStore(store), scheduler: scheduler),
            sender: steppedQueue,
            backlog: queue,
            oldestReceipt: { nil },
            now: { clock.timestamp }
        )
        // What fails is left to the next round.
        var state = reconciler.makeState()
        while (try? await reconciler.round(&state))?.hasMore == true {}
    }

    /// A worker renews the lease of the job that it runs, and hides its message for longer.
    func renew(_ worker: ModelProcess) async throws {
        guard let held = held.withLock({ $0[worker] }) else { return }
        _ = try await store.extendLease(of: held.run, until: clock.timestamp + LeaseTiming().length)
        // Its receipt may be worth nothing any more.
        try? await queue.hide(held.delivery, for: LeaseTiming().visibility)
    }

    private var steppedStore: SteppedStore { SteppedStore(store: store, scheduler: scheduler, flaw: flaw) }
    private var steppedQueue: SteppedQueue { SteppedQueue(queue: queue, scheduler: scheduler) }

    /// The API answers a request for the job.
    func post() async {
        let clock = clock
        let submitter = JobSubmitter(store: steppedStore, queue: steppedQueue, now: { clock.timestamp })
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
        _ = try? await makeRunner(for: delivery).process(delivery)
    }

    private func makeRunner(for delivery: Delivery) -> JobRunner {
        let (clock, scheduler) = (clock, scheduler)
        var registry = JobRegistry()
        registry.register(
            ClosureHandler { [self] _, context in
                hold(delivery, as: context)
                try await scheduler.step("handler") {}
                await waitForStop()
                return outcome(of: context.attempt)
            }
        )
        return JobRunner(
            store: steppedStore,
            queue: steppedQueue,
            deadLetters: SteppedQueue(queue: letters, scheduler: scheduler, namesRun: flaw != .letterWithoutRun),
            registry: registry,
            clock: ModelClock(clock: clock),
            now: { clock.timestamp },
            draw: { 0.5 },
            makeOwner: { [self] in makeOwner() }
        )
    }

    /// Waits until the handler has been told of a stop that was meant for it: the word may be on its way yet.
    private func waitForStop() async {
        guard let worker = StepScheduler.process, stopping.withLock({ $0.remove(worker) }) != nil else { return }
        while !Task.isCancelled { await Task.yield() }
    }

    private func outcome(of attempt: Int) -> JobOutcome {
        switch handlerEnd.withLock(\.self) {
        case .succeeds: .succeeded(["attempt": .int(attempt)])
        case .fails: .failed(JobFailure(.system, "the handler failed"))
        case .refuses: .failed(JobFailure(.validation, "the handler refused"))
        }
    }

    /// Remembers which run a worker is at, so that it can renew its lease.
    private func hold(_ delivery: Delivery, as context: JobContext) {
        guard let worker = StepScheduler.process, let owner = owners.withLock({ $0[worker] }) else { return }
        let run = Run(
            jobID: context.jobID,
            generation: context.generation,
            attempt: context.attempt,
            owner: owner
        )
        held.withLock { $0[worker] = (run, delivery) }
        if (try? JobMessage(body: delivery.body))?.generation != context.generation { voidRuns.withLock { $0 += 1 } }
    }

    private func makeOwner() -> String {
        guard let worker = StepScheduler.process else { return "nobody" }
        let count = claims.withLock { count in
            count += 1
            return count
        }
        let owner = "\(worker.rawValue)-\(count)"
        owners.withLock { $0[worker] = owner }
        return owner
    }

    /// The dlq-handler deals with a letter.
    func record(_ delivery: Delivery) async {
        let clock = clock
        let recorder = DeadLetterRecorder(
            store: steppedStore,
            queue: steppedQueue,
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
