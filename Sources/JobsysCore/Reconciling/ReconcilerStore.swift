public import JobsysTime

/// What the reconciler reads and writes: its own progress, the jobs in the order of their submission, and those that
/// are due.
///
/// All calls throw ``DependencyError``, or `CancellationError` when the calling task is cancelled.
public protocol ReconcilerStore: Sendable {
    /// Over how many shards the timeline and the due jobs are spread.
    var shards: Int { get }

    /// Reads how far the reconciler has come; nil before its first run.
    func checkpoint() async throws -> ReconcilerCheckpoint?

    /// Keeps how far it has come.
    ///
    /// The last one wins: an older checkpoint is as true as a newer one, and costs no more than looking again.
    func save(_ checkpoint: ReconcilerCheckpoint) async throws

    /// Names jobs of one shard that were accepted on the day of `place`, after it and before `end`, oldest first.
    ///
    /// Fewer than `limit` are all that there are. What was written in the last second may be missing.
    func timeline(
        of shard: Int,
        after place: TimelinePlace,
        before end: Timestamp,
        upTo limit: Int
    ) async throws -> [TimelinePlace]

    /// Reads jobs, in any order; those that are not there are left out. To see the latest writes costs twice as much.
    func jobs(_ ids: [JobID], consistently: Bool) async throws -> JobRecords

    /// Names jobs of one shard that must be looked up at an instant up to `end`, the earliest first; of those that must be
    /// at the same instant, in the order of their ids.
    ///
    /// Fewer than `limit` are all that there are. What was written in the last second may be missing, or still be there.
    ///
    /// - Parameters:
    ///   - shard: The shard.
    ///   - position: The last one that is known already; nil to begin with the first.
    ///   - end: The latest instant.
    ///   - limit: How many to name, at most.
    /// - Returns: The jobs.
    /// - Throws: ``DependencyError``, `CancellationError`.
    func due(
        of shard: Int,
        after position: DueJob?,
        through end: Timestamp,
        upTo limit: Int
    ) async throws -> [DueJob]

    /// Takes a job off the due ones, as it was read; one that is `SCHEDULED` becomes `PENDING` and keeps its start.
    ///
    /// Does nothing if somebody else has moved the job on.
    func settle(_ due: DueJob, of job: Job, at now: Timestamp) async throws
}

/// Jobs as they were read.
public struct JobRecords: Sendable, Hashable {
    /// Those that are there.
    public var jobs: [Job]
    /// Those that are there and cannot be read.
    public var unreadable: Set<JobID>

    /// Makes an answer.
    public init(_ jobs: [Job] = [], unreadable: Set<JobID> = []) {
        self.jobs = jobs
        self.unreadable = unreadable
    }
}

/// A place between two jobs in the order of their submission.
public struct TimelinePlace: Sendable, Hashable {
    /// When the job before it was accepted.
    public var createdAt: Timestamp
    /// The job before it; nil if it lies before all jobs of that instant.
    public var id: JobID?

    /// Makes a place behind a job, or before all of an instant.
    public init(createdAt: Timestamp, id: JobID? = nil) {
        self.createdAt = createdAt
        self.id = id
    }
}

/// A job that must be looked up when its time comes.
public struct DueJob: Sendable, Hashable {
    /// The job.
    public var id: JobID
    /// When to look.
    public var at: Timestamp

    /// Makes a note of a job.
    public init(id: JobID, at: Timestamp) {
        self.id = id
        self.at = at
    }
}
