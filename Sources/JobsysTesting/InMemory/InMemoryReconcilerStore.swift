package import JobsysCore
package import JobsysTime
import Synchronization

/// What a reconciler reads and writes, in memory; counts the calls.
package final class InMemoryReconcilerStore: ReconcilerStore {
    /// How often each kind of call was made.
    package struct Calls: Sendable, Hashable {
        /// Pages of an index.
        package var queries = 0
        /// Jobs that were read.
        package var reads = 0
        /// Checkpoints, and changes of jobs.
        package var writes = 0

        /// Makes counts.
        package init(queries: Int = 0, reads: Int = 0, writes: Int = 0) {
            self.queries = queries
            self.reads = reads
            self.writes = writes
        }
    }

    private struct State {
        var checkpoint: ReconcilerCheckpoint?
        var calls = Calls()
    }

    private let state = Mutex(State())
    private let store: InMemoryJobStore

    /// Over how many shards the jobs are spread.
    package let shards = 4

    /// Makes a store that knows the jobs of another, and fails when that does.
    package init(_ store: InMemoryJobStore) {
        self.store = store
    }

    /// The calls since the last time that they were taken.
    package func takeCalls() -> Calls {
        state.withLock { state in
            defer { state.calls = Calls() }
            return state.calls
        }
    }

    /// The checkpoint that was saved last.
    package func checkpoint() async throws -> ReconcilerCheckpoint? {
        try await store.checkReachable()
        return state.withLock(\.checkpoint)
    }

    /// Keeps a checkpoint.
    package func save(_ checkpoint: ReconcilerCheckpoint) async throws {
        try await store.checkReachable()
        state.withLock { state in
            state.calls.writes += 1
            state.checkpoint = checkpoint
        }
    }

    /// Names jobs of a shard's day in the order of their submission.
    package func timeline(
        of shard: Int,
        after place: TimelinePlace,
        before end: Timestamp,
        upTo limit: Int
    ) async throws -> [TimelinePlace] {
        try await store.checkReachable()
        state.withLock { $0.calls.queries += 1 }
        let places = store.jobs
            .filter { $0.createdAt < end && $0.createdAt < place.nextMidnight && $0.id.shard(of: shards) == shard }
            .map { TimelinePlace(createdAt: $0.createdAt, id: $0.id) }
            .filter { place < $0 }
            .sorted { $0 < $1 }
        return Array(places.prefix(limit))
    }

    /// Reads jobs.
    package func jobs(_ ids: [JobID], consistently: Bool) async throws -> JobRecords {
        state.withLock { $0.calls.reads += ids.count }
        var records = JobRecords()
        for id in ids {
            if let job = try await store.job(id) { records.jobs.append(job) }
        }
        return records
    }

    /// Names due jobs of a shard.
    package func due(
        of shard: Int,
        after position: DueJob?,
        through end: Timestamp,
        upTo limit: Int
    ) async throws -> [DueJob] {
        state.withLock { $0.calls.queries += 1 }
        let due = try store.due.filter { $0.id.shard(of: shards) == shard && $0.at <= end }
        guard let position else { return Array(due.prefix(limit)) }
        return Array(due.filter { position < $0 }.prefix(limit))
    }

    /// Takes a job off the due ones.
    package func settle(_ due: DueJob, of job: Job, at now: Timestamp) async throws {
        state.withLock { $0.calls.writes += 1 }
        try store.settle(due, of: job, at: now)
    }
}

extension TimelinePlace {
    fileprivate var nextMidnight: Timestamp {
        let day: Int64 = 86_400_000
        return Timestamp(milliseconds: (createdAt.milliseconds / day + 1) * day)
    }

    fileprivate static func < (left: TimelinePlace, right: TimelinePlace) -> Bool {
        guard left.createdAt == right.createdAt else { return left.createdAt < right.createdAt }
        return (left.id?.description ?? "") < (right.id?.description ?? "")
    }
}

extension DueJob {
    fileprivate static func < (left: DueJob, right: DueJob) -> Bool {
        (left.at, left.id.description) < (right.at, right.id.description)
    }
}
