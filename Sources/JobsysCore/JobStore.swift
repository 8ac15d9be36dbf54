public import JobsysJSON
public import JobsysTime

/// Where jobs are recorded.
///
/// Every write is conditional; nobody reads before writing.
///
/// All calls throw ``DependencyError``, or `CancellationError` when the calling task is cancelled; the write may then
/// have happened or not. Those that answer with a job throw ``UnreadableRecord`` if this version cannot read it.
public protocol JobStore: Sendable {
    /// Records a new job, unless there is one of the same id.
    func create(_ job: Job) async throws -> Creation

    /// Reads a job as it is now; nil if there is none.
    func job(_ id: JobID) async throws -> Job?

    /// Takes a job to run it: raises its attempts and gives the claim's owner the lease, if the job may be run now.
    func claim(_ claim: Claim) async throws -> ClaimResult

    /// Takes an abandoned job over without starting it, if it still is as given; to give it up, and nobody else.
    ///
    /// Who ran it before writes nothing from then on. The attempts stay as they are.
    func takeOver(_ job: Job, by claim: Claim) async throws -> FencedWrite

    /// Moves the end of a run's lease, if the run still holds it and nobody has asked for the job's cancellation.
    ///
    /// With `progress`, the same write records how far the run has come; without, that stays as it is. The next claim
    /// clears it.
    func extendLease(of run: Run, until expiry: Timestamp, progress: JobProgress?) async throws -> FencedWrite

    /// Ends a run, if it still holds the lease.
    ///
    /// A job whose cancellation was asked for is not put back to wait: it can only succeed, or be cancelled.
    func conclude(_ run: Run, with conclusion: Conclusion, at now: Timestamp) async throws -> FencedWrite

    /// Answers if the store can be reached and read; for readiness.
    func checkReachable() async throws
}

extension JobStore {
    /// Moves the end of a run's lease, and nothing else.
    public func extendLease(of run: Run, until expiry: Timestamp) async throws -> FencedWrite {
        try await extendLease(of: run, until: expiry, progress: nil)
    }
}

/// What became of a new record.
public enum Creation: Sendable, Hashable {
    /// It is there now, and it is ours.
    case created
    /// There was one already.
    case exists(Job)
}

/// A request to run a job.
public struct Claim: Sendable, Hashable {
    /// The job that the message names.
    public var jobID: JobID
    /// The generation that the message names.
    public var generation: Int
    /// The payload that the message names.
    public var payloadHash: String
    /// The message's id in its queue.
    public var messageID: String
    /// A name that no other claim has.
    public var owner: String
    /// When it is made.
    public var at: Timestamp
    /// When others may take the job over, unless the lease is extended.
    public var leaseExpiresAt: Timestamp
    /// The fields that nobody is shown, which the record notes for those that do not know the type's policy.
    public var sensitive: [FieldPath]

    /// Makes a claim of the job that a message names.
    public init(
        _ message: JobMessage,
        messageID: String,
        owner: String,
        at now: Timestamp,
        leaseExpiresAt: Timestamp,
        sensitive: [FieldPath] = []
    ) {
        jobID = message.jobID
        generation = message.generation
        payloadHash = message.payloadHash
        self.messageID = messageID
        self.owner = owner
        at = now
        self.leaseExpiresAt = leaseExpiresAt
        self.sensitive = sensitive
    }
}

/// The answer to a claim; it says what to do with the message.
public enum ClaimResult: Sendable, Hashable {
    /// The job is ours to run; this is its record after the claim.
    case claimed(Job)
    /// The job is over in this generation: the message is done with.
    case finished
    /// The same, of a member of a workflow: what its end brings about may have been left undone.
    case finishedMember(Job)
    /// The job is in a later generation: the message is void.
    case superseded
    /// The message was made for another payload than the job has: it is none of ours.
    case mismatched
    /// Somebody else runs the job by another message, which will see to it: this one is one too many.
    case duplicate
    /// Somebody else runs it by this same message until then, unless they extend their lease.
    case leased(until: Timestamp)
    /// Its last attempt ended without a word, as when a process dies: there is none left to start.
    case exhausted(Job)
    /// Its last attempt failed for good, and the dead letter that says so has yet to be recorded.
    case givenUp(Job)
    /// Its cancellation was asked for, and the worker that was to be told has ended without a word.
    case cancelRequested(Job)
    /// There is no such job yet, or it may not start before then: look again.
    case notReady(until: Timestamp? = nil)
}

/// The fencing token that goes with every write of a run: who does not hold all of it writes nothing.
public struct Run: Sendable, Hashable {
    /// The job.
    public var jobID: JobID
    /// The generation that was claimed.
    public var generation: Int
    /// The attempt that the claim started.
    public var attempt: Int
    /// The name of the claim.
    public var owner: String

    /// Makes a token.
    public init(jobID: JobID, generation: Int, attempt: Int, owner: String) {
        self.jobID = jobID
        self.generation = generation
        self.attempt = attempt
        self.owner = owner
    }

    /// The run that a job's record names as its latest; nil if it was never claimed.
    public init?(latestOf job: Job) {
        guard let lease = job.lease else { return nil }
        self.init(jobID: job.id, generation: job.generation, attempt: job.attempts, owner: lease.owner)
    }
}

extension Run {
    /// Why a write of this run was refused, by the record that refused it.
    public func loss(in job: Job?) -> FencedWrite {
        guard let job, job.status == .running, Run(latestOf: job) == self, job.cancelRequestedAt != nil else {
            return .lost
        }
        return .cancelRequested
    }
}

/// Whether a write found the state that it needs.
public enum FencedWrite: Sendable, Hashable {
    /// It was written.
    case written
    /// Somebody else has moved the job on: nothing was written.
    case lost
    /// The run still holds the job, but its cancellation was asked for: nothing was written.
    case cancelRequested
}

/// How a run ends in the record.
public enum Conclusion: Sendable, Hashable {
    /// Done.
    case succeeded(JobResult)
    /// Failed, with attempts left of so many; the next one may start at `notBefore`.
    case retrying(JobFailure, notBefore: Timestamp, maxAttempts: Int)
    /// Failed for good: nobody may claim the job, and the dead letter follows.
    case givenUp(JobFailure)
    /// Handed back unfinished; the attempt does not count.
    case released
    /// Stopped because its cancellation was asked for; the store may forget the job at `expiresAt`.
    case cancelled(expiresAt: Timestamp)
}
