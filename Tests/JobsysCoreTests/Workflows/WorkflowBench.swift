import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Synchronization
import Testing

/// Workflows in memory: an engine, a worker and a dlq-handler over one store and two queues, and a clock that stands still.
final class WorkflowBench: Sendable {
    typealias Body = @Sendable (JSONValue, JobContext) async throws -> JobOutcome

    let clock = ManualClock(epoch: .sample)
    let jobs = InMemoryJobStore()
    let items = InMemoryWorkflowStore()
    let queue: InMemoryJobQueue
    let letters: InMemoryJobQueue
    let engine: WorkflowEngine
    let id = JobID(at: .sample)
    private let body: Body
    /// The keys of the members that ran, in their order.
    let ran = Mutex<[String]>([])

    init(_ body: @escaping Body = { _, _ in .succeeded("done") }) {
        let clock = clock
        letters = InMemoryJobQueue(clock: clock)
        queue = InMemoryJobQueue(clock: clock, deadLetters: letters)
        engine = WorkflowEngine(store: items, jobs: jobs, sender: queue, now: { clock.timestamp })
        self.body = body
    }

    var runner: JobRunner {
        var registry = JobRegistry()
        registry.register(
            ClosureHandler { [self] payload, context in
                ran.withLock { $0.append(context.workflow?.key ?? "") }
                return try await body(payload, context)
            }
        )
        return JobRunner(
            store: jobs,
            queue: queue,
            deadLetters: letters,
            workflows: engine,
            registry: registry,
            clock: clock,
            now: { [clock] in clock.timestamp },
            draw: { 0.5 }
        )
    }

    var recorder: DeadLetterRecorder {
        DeadLetterRecorder(store: jobs, queue: queue, workflows: engine, now: { [clock] in clock.timestamp })
    }

    var supervisor: JobSupervisor {
        JobSupervisor(store: jobs, queue: queue, workflows: engine, now: { [clock] in clock.timestamp })
    }

    /// Opens a workflow with members, and seals it.
    func open(
        _ members: [WorkflowMember] = [],
        maxParallel: Int? = nil,
        tolerance: WorkflowTolerance? = nil,
        finally: WorkflowMember? = nil,
        seals: Bool = true
    ) async throws {
        let order = WorkflowOrder(id: id, maxParallel: maxParallel, tolerance: tolerance, finally: finally)
        try await engine.open(order, trace: .sample)
        for start in stride(from: 0, to: members.count, by: 100) {
            try await add(Array(members[start..<min(start + 100, members.count)]))
        }
        if seals { try await engine.seal(id) }
    }

    @discardableResult
    func add(_ members: [WorkflowMember]) async throws -> [AddedMember] {
        try await engine.add(members, to: id, trace: .sample)
    }

    /// Runs whatever can be run, until no message is left.
    func drain() async throws {
        while try await step() {}
    }

    /// Deals with one batch of messages; answers whether there may be more.
    func step() async throws -> Bool {
        let batch = try await queue.receive(upTo: 10, wait: .zero, visibility: LeaseTiming().visibility)
        for delivery in batch { try await runner.process(delivery) }
        let failed = try await letters.receive(upTo: 10, wait: .zero, visibility: .seconds(60))
        for letter in failed {
            _ = try await recorder.record(letter)
            try await letters.delete(letter)
        }
        guard batch.isEmpty, failed.isEmpty else { return true }
        guard !queue.bodies.isEmpty else { return false }
        clock.advance(by: .seconds(61))
        return true
    }

    /// The keys of the members that ran.
    var history: [String] { ran.withLock(\.self) }

    /// The workflow as it stands.
    var workflow: Workflow {
        get async throws { try await engine.workflow(id) }
    }

    func job(_ key: String) async throws -> Job {
        try #require(try await jobs.job(JobID(workflow: id, key: key)))
    }

    /// Where the members stand, by their keys.
    var statuses: [String: JobStatus] {
        Dictionary(jobs.jobs.compactMap { job in job.workflow.map { ($0.key, job.status) } }) { first, _ in first }
    }
}

extension WorkflowMember {
    /// A member of type `task`.
    static func task(
        _ key: String,
        _ payload: JSONValue = .null,
        after dependsOn: [String] = [],
        onFailure: FailurePolicy = .fail,
        maxAttempts: Int? = 1
    ) -> WorkflowMember {
        WorkflowMember(
            key: key,
            type: "task",
            payload: payload,
            dependsOn: dependsOn,
            onFailure: onFailure,
            maxAttempts: maxAttempts
        )
    }
}

/// Fails where the payload says so.
let failsIfTold: WorkflowBench.Body = { payload, _ in
    payload == "fail" ? .failed(JobFailure(.validation, "as it was told")) : .succeeded(payload)
}

extension Workflow.Counts {
    init(
        total: Int,
        waiting: Int = 0,
        pending: Int = 0,
        running: Int = 0,
        succeeded: Int = 0,
        failed: Int = 0,
        cancelled: Int = 0
    ) {
        self.init()
        (self.total, self.waiting, self.pending, self.running) = (total, waiting, pending, running)
        (self.succeeded, self.failed, self.cancelled) = (succeeded, failed, cancelled)
    }
}
