public import Jobs
import Synchronization

/// A store of jobs in memory, under the same conditions as the real one.
public final class InMemoryJobStore: JobStore, FailureStore {
    private struct State {
        var jobs: [JobID: Job] = [:]
        var incidents: [Incident.ID: Incident] = [:]
        var outage: DependencyError?
    }

    private let state = Mutex(State())

    /// Makes an empty store.
    public init() {}

    /// All jobs, oldest first.
    public var jobs: [Job] {
        state.withLock { $0.jobs.values.sorted { $0.createdAt < $1.createdAt } }
    }

    /// All incidents.
    public var incidents: [Incident] {
        state.withLock { Array($0.incidents.values) }
    }

    /// Makes every call fail with an error, until it is set to nil.
    public func fail(with error: DependencyError?) {
        state.withLock { $0.outage = error }
    }

    /// Puts a job as it is, whatever was there.
    public func put(_ job: Job) {
        state.withLock { $0.jobs[job.id] = job }
    }

    /// Puts a job, unless one of its id is there.
    public func create(_ job: Job) async throws -> Creation {
        try access { state in
            if let existing = state.jobs[job.id] {
                return Creation(of: job, over: existing)
            }
            state.jobs[job.id] = job
            return .created
        }
    }

    /// Reads a job, with everything that was written before.
    public func job(_ id: JobID) async throws -> Job? {
        try access { $0.jobs[id] }
    }

    /// Takes a job, if its record allows it.
    public func claim(_ claim: Claim) async throws -> ClaimResult {
        try access { state in
            guard var job = state.jobs[claim.jobID], claim.canTake(job) else {
                return claim.refusal(by: state.jobs[claim.jobID])
            }
            job.status = .running
            job.attempts += 1
            job.lease = Job.Lease(claim)
            job.runAt = nil
            job.startedAt = claim.at
            job.updatedAt = claim.at
            state.jobs[job.id] = job
            return .claimed(job)
        }
    }

    /// Takes a job that nobody holds any more, as it was read.
    public func takeOver(_ job: Job, by claim: Claim) async throws -> FencedWrite {
        try access { state in
            guard var current = state.jobs[job.id] else { return .lost }
            guard current.lease?.owner != claim.owner else { return .written }
            guard current.isAt(job) else { return .lost }
            current.lease = Job.Lease(claim)
            state.jobs[job.id] = current
            return .written
        }
    }

    /// Moves the end of a lease that is still held.
    public func extendLease(of run: Run, until expiry: Timestamp) async throws -> FencedWrite {
        try write(run) { $0.lease?.expiresAt = expiry }
    }

    /// Ends a run that still holds its lease.
    public func conclude(_ run: Run, with conclusion: Conclusion, at now: Timestamp) async throws -> FencedWrite {
        if try access({ $0.jobs[run.jobID].map { conclusion.isRecorded(in: $0, by: run) } ?? false }) {
            return .written
        }
        return try write(run) { job in
            job.updatedAt = now
            job.lease?.expiresAt = nil
            switch conclusion {
            case .succeeded(let result):
                job.status = .succeeded
                job.result = result.value
                job.error = nil
                job.finishedAt = now
                job.expiresAt = result.expiresAt
            case .retrying(let failure, let notBefore):
                job.status = .retrying
                job.runAt = notBefore
                job.error = Job.RecordedFailure(failure, at: now)
            case .released:
                job.attempts -= 1
                job.status = job.attempts == 0 ? .pending : .retrying
            }
        }
    }

    /// Marks the job and puts the incident, in one transaction.
    public func fail(_ job: Job, with incident: Incident, expiresAt: Timestamp) async throws -> FencedWrite {
        try access { state in
            guard var current = state.jobs[job.id], current.isAt(job) else { return .lost }
            current.status = .failedFinal
            current.error = incident.failure
            current.lease?.expiresAt = nil
            current.runAt = nil
            current.updatedAt = incident.failure.at
            current.finishedAt = incident.failure.at
            current.expiresAt = expiresAt
            state.jobs[job.id] = current
            state.incidents[incident.id] = incident
            return .written
        }
    }

    /// Puts an incident, unless it is there.
    public func record(_ incident: Incident, expiresAt: Timestamp) async throws {
        try access { state in
            state.incidents[incident.id] = state.incidents[incident.id] ?? incident
        }
    }

    /// Reads an incident.
    public func incident(_ id: Incident.ID) async throws -> Incident? {
        try access { $0.incidents[id] }
    }

    /// Throws if it cannot be reached.
    public func checkReachable() async throws {
        try access { _ in }
    }

    private func write(_ run: Run, _ change: (inout Job) -> Void) throws -> FencedWrite {
        try access { state in
            guard var job = state.jobs[run.jobID], job.status == .running, Run(latestOf: job) == run else {
                return .lost
            }
            change(&job)
            state.jobs[job.id] = job
            return .written
        }
    }

    private func access<Result>(_ body: (inout sending State) throws -> sending Result) throws -> sending Result {
        try state.withLock { state in
            if let outage = state.outage { throw outage }
            return try body(&state)
        }
    }
}

extension Claim {
    fileprivate func canTake(_ job: Job) -> Bool {
        guard job.generation == generation, job.payloadHash == payloadHash, job.attempts < job.maxAttempts else {
            return false
        }
        switch job.status {
        case .pending, .retrying: return job.runAt.map { $0 <= at } ?? true
        case .running: return job.lease?.expiresAt.map { $0 < at } ?? true
        case .scheduled, .succeeded, .failedFinal, .cancelled: return false
        }
    }
}

extension Job {
    fileprivate func isAt(_ seen: Job) -> Bool {
        status == seen.status && generation == seen.generation && attempts == seen.attempts
            && lease == seen.lease
    }
}

extension Job.Lease {
    fileprivate init(_ claim: Claim) {
        self.init(owner: claim.owner, messageID: claim.messageID, expiresAt: claim.leaseExpiresAt)
    }
}
