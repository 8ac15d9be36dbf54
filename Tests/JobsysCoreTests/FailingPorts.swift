import JobsysCore
import JobsysObservability
import JobsysTestKit
import JobsysTime
import Synchronization

/// The reconciler's ports over memory, each of which fails when it is told to; notes what was sent.
final class FailingPorts: Sendable {
    /// A call, or all calls that concern one job.
    enum Call: Hashable, Sendable {
        case due(shard: Int)
        case timeline(shard: Int)
        case records
        case record(JobID)
        case settle
        case settleOf(JobID)
        case load
        case save
        case send(ordered: Bool)
        case sendOf(JobID)
        case depth(ordered: Bool)
    }

    private struct State {
        var faults: Set<Call> = []
        var unreadable: Set<JobID> = []
        var sent: [JobID] = []
        var saves = 0
        var failures = 0
    }

    private let state = Mutex(State())
    let jobs: InMemoryJobStore
    let memory: InMemoryReconcilerStore

    init(_ jobs: InMemoryJobStore) {
        self.jobs = jobs
        memory = InMemoryReconcilerStore(jobs)
    }

    /// The jobs whose messages were sent, in that order.
    var sent: [JobID] { state.withLock(\.sent) }

    /// How often a checkpoint was saved.
    var saves: Int { state.withLock(\.saves) }

    /// How many calls have failed.
    var failures: Int { state.withLock(\.failures) }

    /// Has these calls fail from now on, and no others.
    func fail(_ calls: Set<Call>) {
        state.withLock { $0.faults = calls }
    }

    /// Makes these records unreadable, and all others readable.
    func spoil(_ ids: [JobID]) {
        state.withLock { $0.unreadable = Set(ids) }
    }

    private func check(_ calls: Call...) throws {
        try state.withLock { state in
            guard calls.contains(where: state.faults.contains) else { return }
            state.failures += 1
            throw DependencyError(dependency: "aws", code: "AccessDenied", message: "refused", isTransient: false)
        }
    }
}

extension FailingPorts: ReconcilerStore {
    var shards: Int { memory.shards }

    func checkpoint() async throws -> ReconcilerCheckpoint? {
        try check(.load)
        return try await memory.checkpoint()
    }

    func save(_ checkpoint: ReconcilerCheckpoint) async throws {
        try check(.save)
        state.withLock { $0.saves += 1 }
        try await memory.save(checkpoint)
    }

    func timeline(
        of shard: Int,
        after place: TimelinePlace,
        before end: Timestamp,
        upTo limit: Int
    ) async throws -> [TimelinePlace] {
        try check(.timeline(shard: shard))
        return try await memory.timeline(of: shard, after: place, before: end, upTo: limit)
    }

    func jobs(_ ids: [JobID], consistently: Bool) async throws -> JobRecords {
        try check(.records)
        for id in ids { try check(.record(id)) }
        let unreadable = state.withLock(\.unreadable)
        var records = try await memory.jobs(ids, consistently: consistently)
        records.unreadable = Set(records.jobs.map(\.id)).intersection(unreadable)
        records.jobs.removeAll { unreadable.contains($0.id) }
        return records
    }

    func due(
        of shard: Int,
        after position: DueJob?,
        through end: Timestamp,
        upTo limit: Int
    ) async throws -> [DueJob] {
        try check(.due(shard: shard))
        return try await memory.due(of: shard, after: position, through: end, upTo: limit)
    }

    func settle(_ due: DueJob, of job: Job, at now: Timestamp) async throws {
        try check(.settle, .settleOf(due.id))
        try await memory.settle(due, of: job, at: now)
    }
}

extension FailingPorts: JobSender {
    func send(_ job: Job, trace: TraceContext?, after delay: Duration) async throws {
        try check(.send(ordered: job.orderingKey != nil), .sendOf(job.id))
        state.withLock { $0.sent.append(job.id) }
    }

    func sendAgain(_ job: Job, trace: TraceContext?) async throws {
        try await send(job, trace: trace, after: .zero)
    }

    func checkReachable() async throws {}
}

extension FailingPorts {
    /// A queue in which nothing waits.
    struct Depth: QueueBacklog {
        let ports: FailingPorts
        let isOrdered: Bool

        func depth() async throws -> QueueDepth {
            try ports.check(.depth(ordered: isOrdered))
            return QueueDepth(visible: 0, delayed: 0, inFlight: 0)
        }
    }
}
