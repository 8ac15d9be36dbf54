import JobsysCore
import JobsysTestKit
import JobsysTime

/// What the reconciler reads, and a step of the model for what it writes about a job.
struct SteppedReconcilerStore: ReconcilerStore {
    let store: InMemoryReconcilerStore
    let scheduler: StepScheduler

    var shards: Int { store.shards }

    func checkpoint() async throws -> ReconcilerCheckpoint? { try await store.checkpoint() }

    func save(_ checkpoint: ReconcilerCheckpoint) async throws { try await store.save(checkpoint) }

    func timeline(
        of shard: Int,
        after place: TimelinePlace,
        before end: Timestamp,
        upTo limit: Int
    ) async throws -> [TimelinePlace] {
        try await store.timeline(of: shard, after: place, before: end, upTo: limit)
    }

    func jobs(_ ids: [JobID], consistently: Bool) async throws -> JobRecords {
        try await store.jobs(ids, consistently: consistently)
    }

    func due(
        of shard: Int,
        after position: DueJob?,
        through end: Timestamp,
        upTo limit: Int
    ) async throws -> [DueJob] {
        try await store.due(of: shard, after: position, through: end, upTo: limit)
    }

    func settle(_ due: DueJob, of job: Job, at now: Timestamp) async throws {
        try await scheduler.step("settle") { try await store.settle(due, of: job, at: now) }
    }
}
