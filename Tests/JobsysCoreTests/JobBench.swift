import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

/// A worker's surroundings in memory: a store, a queue with its dead letters, and a clock that stands still.
struct JobBench: Sendable {
    let clock = ManualClock(epoch: .sample)
    let store = InMemoryJobStore()
    let queue: InMemoryJobQueue
    let deadLetters: InMemoryJobQueue

    init() {
        deadLetters = InMemoryJobQueue(clock: clock)
        queue = InMemoryJobQueue(clock: clock, deadLetters: deadLetters)
    }

    /// Makes a runner whose jobs of type `task` are run by `body`; its draws lie in the middle.
    func runner(
        owner: String = "worker",
        store: (any JobStore)? = nil,
        timeout: Duration? = nil,
        meter: RunMeter = RunMeter(),
        isBrief: Bool = false,
        gate: TypeGate? = nil,
        _ body: @escaping ClosureHandler.Body = { _, _ in .succeeded("done") }
    ) -> JobRunner {
        var registry = JobRegistry()
        registry.register(ClosureHandler(timeout: timeout, body), isBrief: isBrief)
        return JobRunner(
            store: store ?? self.store,
            queue: queue,
            replacer: queue,
            deadLetters: deadLetters,
            directory: self.store,
            registry: registry,
            gate: gate,
            meter: meter,
            clock: clock,
            now: { clock.timestamp },
            draw: { 0.5 },
            makeOwner: { owner }
        )
    }

    /// Records a job and sends its message, as a submission does.
    @discardableResult
    func submit(_ job: Job = .sample(type: "task")) async throws -> Job {
        #expect(try await store.create(job) == .created)
        try await queue.send(job, trace: .sample, after: .zero)
        return job
    }

    /// Receives the one message that is visible.
    func receive() async throws -> Delivery {
        let batch = try await queue.receive(upTo: 10, wait: .zero, visibility: .seconds(60))
        try #require(batch.count == 1)
        return batch[0]
    }

    /// The job as it is now.
    func job(_ id: JobID) async throws -> Job {
        try #require(try await store.job(id))
    }
}

/// Runs jobs of type `task` by a closure.
struct ClosureHandler: JobHandler {
    typealias Body = @Sendable (JSONValue, JobContext) async throws -> JobOutcome

    let name = JobName<JSONValue>("task")
    let policy: JobPolicy
    private let body: Body

    init(timeout: Duration? = nil, _ body: @escaping Body) {
        policy = JobPolicy(timeout: timeout)
        self.body = body
    }

    func run(_ parameters: JSONValue, in context: JobContext) async throws -> JSONValue {
        try await body(parameters, context).said()
    }
}

/// An error that no code of ours throws.
struct Mishap: Error, CustomStringConvertible {
    let description: String
}

extension DependencyError {
    /// An outage that passes.
    static let outage = DependencyError(dependency: "store", code: "Down", message: "away", isTransient: true)
    /// A refusal that stays.
    static let refusal = DependencyError(
        dependency: "store",
        code: "Denied",
        message: "not allowed",
        isTransient: false
    )
}
