import JobsysCore
import JobsysJSON
import JobsysPropertyTestKit
import JobsysTestKit
import JobsysTime
import Synchronization

/// A workflow whose store is a step of the model at every call.
struct SteppedWorkflowStore: WorkflowStore {
    let store: InMemoryWorkflowStore
    let scheduler: StepScheduler

    func create(_ item: WorkflowItem) async throws -> WorkflowItem? {
        try await scheduler.step("create item") { try await store.create(item) }
    }

    func items(_ keys: [String]) async throws -> [String: WorkflowItem] {
        try await scheduler.step("items") { try await store.items(keys) }
    }

    func change(_ key: String, by change: WorkflowChange) async throws -> WorkflowWrite {
        try await scheduler.step("change") { try await store.change(key, by: change) }
    }

    func listed(_ section: ListSection) async throws -> Listing<WorkflowItem> { try await store.listed(section) }

    func due(through end: Timestamp, upTo limit: Int) async throws -> [String] {
        try await store.due(through: end, upTo: limit)
    }
}

extension SteppedStore: MemberStore {
    func members(_ ids: [JobID]) async throws -> [JobID: Job] {
        try await scheduler.step("members") { try await store.members(ids) }
    }

    func release(_ id: JobID, at now: Timestamp) async throws -> Release {
        try await scheduler.step("release") { try await store.release(id, at: now) }
    }

    func restart(_ job: Job, with next: Job, at now: Timestamp) async throws -> Job? {
        try await scheduler.step("restart") { try await store.restart(job, with: next, at: now) }
    }
}

/// What a course of the model is about.
struct WorkflowScript: Sendable {
    /// The calls that add members, in their order.
    var calls: [[WorkflowMember]]
    var maxParallel: Int?
    var tolerance: WorkflowTolerance?
    var hasFinally: Bool
    /// The members that fail in their first generation.
    var failing: Set<String>

    /// Draws a graph.
    init(_ generator: inout SeededGenerator) {
        let count = [0, 1, 2, 3, 5, 8, 25].randomElement(using: &generator) ?? 3
        var members: [WorkflowMember] = []
        failing = []
        for number in 0..<count {
            let key = "m\(number)"
            let dependencies = members.map(\.key).filter { _ in Int.random(in: 0..<4, using: &generator) == 0 }
            let policy: WorkflowMember.FailurePolicy = Int.random(in: 0..<4, using: &generator) == 0 ? .continue : .fail
            if Int.random(in: 0..<6, using: &generator) == 0 { failing.insert(key) }
            members.append(.task(key, .string(key), after: dependencies, onFailure: policy, maxAttempts: 8))
        }
        let cut = count == 0 ? 0 : Int.random(in: 0...count, using: &generator)
        calls = [Array(members[..<cut]), Array(members[cut...])].filter { !$0.isEmpty }
        maxParallel = Int.random(in: 0..<4, using: &generator) == 0 ? 2 : nil
        tolerance = Int.random(in: 0..<5, using: &generator) == 0 ? .count(1) : nil
        hasFinally = Bool.random(using: &generator)
    }

    var members: [WorkflowMember] { calls.flatMap(\.self) }
}

/// A workflow's surroundings: the real code of all processes over stores and queues, stopped at every call.
final class WorkflowModel: Sendable {
    let clock = ManualClock(epoch: .sample)
    let scheduler = StepScheduler()
    let jobs = InMemoryJobStore()
    let items = InMemoryWorkflowStore()
    let queue: InMemoryJobQueue
    let letters: InMemoryJobQueue
    let script: WorkflowScript
    let id = JobID(at: .sample)
    private let done = Mutex(0)
    let intervention = Mutex<WorkflowIntervention?>(nil)
    /// Whether the workflow was asked to be cancelled, or started anew, at any time.
    let wasCancelled = Mutex(false)
    let violations = Mutex<[String]>([])

    init(_ script: WorkflowScript) {
        self.script = script
        letters = InMemoryJobQueue(clock: clock)
        queue = InMemoryJobQueue(clock: clock, maxReceiveCount: 50, deadLetters: letters)
    }

    enum WorkflowIntervention: Sendable, CaseIterable { case cancel, retry, redrive, cancelMember }

    private var steppedJobs: SteppedStore { SteppedStore(store: jobs, scheduler: scheduler) }
    private var steppedQueue: SteppedQueue { SteppedQueue(queue: queue, scheduler: scheduler) }

    private var engine: WorkflowEngine {
        let clock = clock
        return WorkflowEngine(
            store: SteppedWorkflowStore(store: items, scheduler: scheduler),
            jobs: steppedJobs,
            sender: steppedQueue,
            width: 1,
            now: { clock.timestamp }
        )
    }

    /// How many of the client's calls have been answered; the first opens, the last seals.
    var answered: Int { done.withLock(\.self) }
    var isSubmitted: Bool { answered == script.calls.count + 2 }
    var status: WorkflowStatus? {
        items.all["\(id)"]?.texts["status"].flatMap { WorkflowStatus(rawValue: $0) }
    }

    /// The client makes its next call, or the one again that was not answered.
    func post() async {
        let number = answered
        let order = WorkflowOrder(
            id: id,
            maxParallel: script.maxParallel,
            tolerance: script.tolerance,
            finally: script.hasFinally ? .task("finally", maxAttempts: 8) : nil
        )
        do {
            switch number {
            case 0: try await engine.open(order, trace: .sample)
            case script.calls.count + 1: try await engine.seal(id)
            default: _ = try await engine.add(script.calls[number - 1], to: id, trace: .sample)
            }
        } catch is WorkflowError {
            // It was cancelled meanwhile: no call has any effect from now on.
            done.withLock { $0 = script.calls.count + 2 }
            return
        } catch {
            return
        }
        done.withLock { $0 = number + 1 }
    }

    /// Somebody intervenes, and asks again until it is answered.
    func intervene() async {
        guard let wanted = intervention.withLock(\.self) else { return }
        do {
            switch wanted {
            case .cancel:
                wasCancelled.withLock { $0 = true }
                try await engine.cancel(id)
            case .retry:
                _ = try await engine.retry(id)
            case .redrive, .cancelMember:
                let clock = clock
                let supervisor = JobSupervisor(
                    store: steppedJobs,
                    queue: steppedQueue,
                    workflows: engine,
                    now: { clock.timestamp }
                )
                let member = JobID(workflow: id, key: script.members.last?.key ?? "")
                _ = wanted == .redrive ? try await supervisor.redrive(member) : try await supervisor.cancel(member)
            }
        } catch is WorkflowError {
        } catch {
            return
        }
        intervention.withLock { $0 = nil }
    }

    /// What the reconciler does, one call after the other: mends the workflow, and sends again what is in no queue.
    func reconcile() async {
        do {
            _ = try await engine.mendDue()
            guard queue.bodies.isEmpty else { return }
            for job in jobs.jobs where isRunnable(job) {
                try await steppedQueue.sendAgain(job, trace: nil)
            }
        } catch {
            // What fails is left to the next round.
            return
        }
    }

    private func isRunnable(_ job: Job) -> Bool {
        switch job.status {
        case .pending, .retrying: true
        case .running: job.givenUpAt != nil || (job.lease?.expiresAt.map { $0 < clock.timestamp } ?? true)
        case .waiting, .scheduled, .succeeded, .failedFinal, .cancelled: false
        }
    }

    func run(_ delivery: Delivery) async {
        let (clock, scheduler) = (clock, scheduler)
        var registry = JobRegistry()
        registry.register(
            ClosureHandler { [self] _, context in
                let key = context.workflow?.key ?? ""
                checkStart(of: key)
                try await scheduler.step("handler") {}
                return script.failing.contains(key) && context.generation == 0
                    ? .failed(JobFailure(.validation, "as it was told")) : .succeeded("done")
            }
        )
        let runner = JobRunner(
            store: steppedJobs,
            queue: steppedQueue,
            deadLetters: SteppedQueue(queue: letters, scheduler: scheduler),
            workflows: engine,
            registry: registry,
            clock: ModelClock(clock: clock),
            now: { clock.timestamp },
            draw: { 0.5 }
        )
        // What could not be dealt with comes again.
        _ = try? await runner.process(delivery)
    }

    func record(_ delivery: Delivery) async {
        let clock = clock
        let recorder = DeadLetterRecorder(
            store: steppedJobs,
            queue: steppedQueue,
            workflows: engine,
            now: { clock.timestamp }
        )
        guard let outcome = try? await recorder.record(delivery) else { return }
        if case .recorded(let incident) = outcome { try? await recorder.noteAnnounced(incident) }
        _ = try? await SteppedQueue(queue: letters, scheduler: scheduler).delete(delivery)
    }

    /// Holds the start of a member against what it depends on.
    private func checkStart(of key: String) {
        let all = Dictionary(jobs.jobs.compactMap { job in job.workflow.map { ($0.key, job) } }) { $1 }
        if key == "finally" {
            // Whoever starts members anew does so after the last one was released.
            let open = all.filter { $0.key != "finally" && !$0.value.status.isFinal && $0.value.generation == 0 }
            if !open.isEmpty { complain("the last one runs beside \(open.keys.sorted())") }
            return
        }
        if let limit = script.maxParallel {
            let open = all.values.filter { $0.status == .running || $0.status == .pending }.count
            // Who starts one anew may take the place of one that has just been noted as over.
            if open > limit + 1 { complain("\(open) members are open") }
        }
        // One that was started anew by itself runs whatever became of those before it.
        guard all[key]?.generation == 0, let member = script.members.first(where: { $0.key == key }) else { return }
        for dependency in member.dependsOn {
            guard let job = all[dependency] else { return complain("\(key) runs, and \(dependency) was never made") }
            let mayFail =
                script.tolerance != nil || script.members.first { $0.key == dependency }?.onFailure == .continue
            let passes = job.status == .succeeded || mayFail && job.status.isFinal || job.generation > 0
            if !passes { complain("\(key) runs, and \(dependency) is \(job.status)") }
        }
    }

    func complain(_ text: String) {
        violations.withLock { if !$0.contains(text) { $0.append(text) } }
    }
}
