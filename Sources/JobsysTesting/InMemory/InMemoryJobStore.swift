package import JobsysCore
package import JobsysJSON
package import JobsysTime
import Synchronization

/// A store of jobs in memory, under the same conditions as the real one.
package final class InMemoryJobStore: MemberStore, FailureStore {
    private struct State {
        var jobs: [JobID: Job] = [:]
        var incidents: [Incident.ID: Incident] = [:]
        var openIncidents: Set<Incident.ID> = []
        var due: [JobID: Timestamp] = [:]
        var offers: [String: Timestamp] = [:]
        var sensitive: [String: [FieldPath]] = [:]
        var pauses: [String: TypePause] = [:]
        var unreadable: [JobID: UnreadableRecord] = [:]
        var outage: DependencyError?
    }

    private let state = Mutex(State())
    private let ignored: Condition?

    /// Makes an empty store; one that ignores a condition is wrong on purpose, for tests that must notice.
    package init(ignoring condition: Condition? = nil) {
        ignored = condition
    }

    /// All jobs, oldest first.
    package var jobs: [Job] {
        state.withLock { $0.jobs.values.sorted { $0.createdAt < $1.createdAt } }
    }

    /// All incidents.
    package var incidents: [Incident] {
        state.withLock { Array($0.incidents.values) }
    }

    /// The incidents that no redrive has closed.
    package var openIncidents: [Incident] {
        state.withLock { state in state.openIncidents.compactMap { state.incidents[$0] } }
    }

    /// Makes every call fail with an error, until it is set to nil.
    package func fail(with error: DependencyError?) {
        state.withLock { $0.outage = error }
    }

    /// Makes a job's record one that cannot be read, until it is set to nil.
    package func setUnreadable(_ id: JobID, _ error: UnreadableRecord?) {
        state.withLock { $0.unreadable[id] = error }
    }

    /// Puts a job as it is, whatever was there.
    package func put(_ job: Job) {
        state.withLock { $0.jobs[job.id] = job }
    }

    /// Puts a job, unless one of its id is there.
    package func create(_ job: Job) async throws -> Creation {
        try access { state in
            if let existing = state.jobs[job.id] {
                return Creation(of: job, over: existing)
            }
            state.jobs[job.id] = job
            state.due[job.id] = job.awaitsPromotion ? job.runAt : nil
            return .created
        }
    }

    /// Reads a job, with everything that was written before.
    package func job(_ id: JobID) async throws -> Job? {
        try access { state in
            if let error = state.unreadable[id] { throw error }
            return state.jobs[id]
        }
    }

    /// Takes a job, if its record allows it.
    package func claim(_ claim: Claim) async throws -> ClaimResult {
        try access { state in
            if let error = state.unreadable[claim.jobID] { throw error }
            guard var job = state.jobs[claim.jobID], claim.canTake(job, ignoring: ignored) else {
                return claim.refusal(by: state.jobs[claim.jobID])
            }
            job.status = .running
            job.attempts += 1
            job.lease = Job.Lease(claim)
            if !claim.sensitive.isEmpty { job.sensitive = claim.sensitive }
            job.runAt = nil
            job.progress = nil
            job.startedAt = claim.at
            job.updatedAt = claim.at
            state.jobs[job.id] = job
            state.due[job.id] = nil
            return .claimed(job)
        }
    }

    /// Takes a job that nobody holds any more, as it was read.
    package func takeOver(_ job: Job, by claim: Claim) async throws -> FencedWrite {
        try access { state in
            guard var current = state.jobs[job.id] else { return .lost }
            guard current.lease?.owner != claim.owner else { return .written }
            guard current.isAt(job, ignoring: ignored) else { return .lost }
            current.lease = Job.Lease(claim)
            state.jobs[job.id] = current
            return .written
        }
    }

    /// Moves the end of a lease that is still held, and notes how far its run has come.
    package func extendLease(
        of run: Run,
        until expiry: Timestamp,
        progress: JobProgress?
    ) async throws -> FencedWrite {
        try write(run, ifCancelRequested: false) { job in
            job.lease?.expiresAt = expiry
            job.progress = progress ?? job.progress
        }
    }

    /// Ends a run that still holds its lease.
    package func conclude(_ run: Run, with conclusion: Conclusion, at now: Timestamp) async throws -> FencedWrite {
        if try access({ $0.jobs[run.jobID].map { conclusion.isRecorded(in: $0, by: run) } ?? false }) {
            return .written
        }
        return try write(run, ifCancelRequested: !conclusion.leavesJobOpen) { job in
            job.updatedAt = now
            job.lease?.expiresAt = nil
            switch conclusion {
            case .succeeded(let result):
                job.status = .succeeded
                job.result = result.value
                job.error = nil
                job.cancelRequestedAt = nil
                job.finishedAt = now
                job.expiresAt = result.expiresAt
            case .retrying(let failure, let notBefore, let maxAttempts):
                job.status = .retrying
                job.maxAttempts = maxAttempts
                job.runAt = notBefore
                job.error = Job.RecordedFailure(failure, at: now)
                job.failures.append(Job.RecordedFailure(failure, at: now))
            case .givenUp(let failure):
                job.givenUpAt = now
                job.error = Job.RecordedFailure(failure, at: now)
            case .cancelled(let expiresAt):
                job.status = .cancelled
                job.finishedAt = now
                job.expiresAt = expiresAt
            case .released:
                job.attempts -= 1
                job.status = job.attempts == 0 ? .pending : .retrying
            }
        }
    }

    /// Marks the job and puts the incident, in one transaction.
    package func fail(_ job: Job, with incident: Incident, expiresAt: Timestamp) async throws -> FencedWrite {
        try access { state in
            guard var current = state.jobs[job.id], ignored == .unchanged || current.isAt(job, ignoring: ignored)
            else { return .lost }
            current.status = .failedFinal
            current.error = incident.failure
            current.lease?.expiresAt = nil
            current.givenUpAt = nil
            current.runAt = nil
            current.updatedAt = incident.failure.at
            current.finishedAt = incident.failure.at
            current.expiresAt = expiresAt
            state.jobs[job.id] = current
            state.incidents[incident.id] = incident
            state.openIncidents.insert(incident.id)
            return .written
        }
    }

    /// Puts an incident, unless it is there.
    package func record(_ incident: Incident, expiresAt: Timestamp) async throws -> FencedWrite {
        try access { state in
            guard state.incidents[incident.id] == nil else { return .lost }
            state.incidents[incident.id] = incident
            state.openIncidents.insert(incident.id)
            return .written
        }
    }

    /// Notes when people were told of an incident.
    package func noteAnnounced(_ id: Incident.ID, at now: Timestamp) async throws {
        try access { $0.incidents[id]?.announcedAt = now }
    }

    /// What was announced of a type.
    package func sensitiveFields(ofType type: String) async throws -> [FieldPath] {
        try access { $0.sensitive[type] ?? [] }
    }

    /// Reads an incident.
    package func incident(_ id: Incident.ID) async throws -> Incident? {
        try access { $0.incidents[id] }
    }

    /// Throws if it cannot be reached.
    package func checkReachable() async throws {
        try access { _ in }
    }

    /// Cancels a job that waits; one that runs is marked.
    package func cancel(_ id: JobID, at now: Timestamp, expiresAt: Timestamp) async throws -> Intervention {
        try access { state in
            guard var job = state.jobs[id] else { return .noSuchJob }
            defer { state.jobs[id] = job }
            switch job.status {
            case .waiting, .scheduled, .pending, .retrying:
                job.status = .cancelled
                job.updatedAt = now
                job.finishedAt = now
                job.expiresAt = job.workflow?.keepUntil ?? expiresAt
                job.runAt = nil
                state.due[id] = nil
                return .done(job)
            case .running where job.givenUpAt != nil:
                return .refused(job)
            case .running:
                job.cancelRequestedAt = job.cancelRequestedAt ?? now
                return .requested(job)
            case .cancelled:
                return .done(job)
            case .succeeded, .failedFinal:
                return .refused(job)
            }
        }
    }

    /// Moves a job to its next generation and closes its incident.
    package func redrive(_ id: JobID, with payload: JSONValue?, at now: Timestamp) async throws -> Intervention {
        try access { state in
            guard let job = state.jobs[id] else { return .noSuchJob }
            guard job.status == .failedFinal || job.status == .cancelled, job.workflow == nil else {
                return .refused(job)
            }
            let next = job.redriven(with: payload, at: now)
            state.jobs[id] = next
            state.due[id] = now + .seconds(60)
            state.openIncidents.remove(.job(id, generation: job.generation))
            return .done(next)
        }
    }

    /// Starts a member of a workflow anew, if it is as it was read.
    package func restart(_ job: Job, with next: Job, at now: Timestamp) async throws -> Job? {
        try access { state in
            guard let current = state.jobs[job.id], current.isAt(job, ignoring: nil) else { return nil }
            state.jobs[job.id] = next
            state.due[job.id] = next.status == .waiting ? nil : now + .seconds(60)
            state.openIncidents.remove(.job(job.id, generation: job.generation))
            return next
        }
    }

    /// Has a job that waits for others wait for a worker.
    package func release(_ id: JobID, at now: Timestamp) async throws -> Release {
        try access { state in
            guard var job = state.jobs[id] else { return .noSuchJob }
            guard job.status == .waiting else { return .other(job) }
            job.status = .pending
            job.updatedAt = now
            state.jobs[id] = job
            return .released(job)
        }
    }

    /// Reads jobs; those that cannot be read are left out.
    package func members(_ ids: [JobID]) async throws -> [JobID: Job] {
        try access { state in
            Dictionary(
                ids.compactMap { id in state.unreadable[id] == nil ? state.jobs[id].map { (id, $0) } : nil }
            ) { first, _ in first }
        }
    }

    /// The jobs that must be looked up when their time comes, the earliest first.
    var due: [DueJob] {
        get throws {
            try access { state in state.due.map { DueJob(id: $0.key, at: $0.value) } }
                .sorted { ($0.at, $0.id.description) < ($1.at, $1.id.description) }
        }
    }

    /// Takes a job off the due ones; one that is scheduled becomes pending.
    func settle(_ due: DueJob, of seen: Job, at now: Timestamp) throws {
        try access { state in
            guard state.due[due.id] == due.at, var job = state.jobs[due.id] else { return }
            if seen.status == .scheduled {
                guard job.status == .scheduled else { return }
                job.status = .pending
                job.updatedAt = now
                state.jobs[due.id] = job
            }
            state.due[due.id] = nil
        }
    }

    private func write(
        _ run: Run,
        ifCancelRequested: Bool,
        _ change: (inout Job) -> Void
    ) throws -> FencedWrite {
        try access { state in
            guard var job = state.jobs[run.jobID],
                ignored == .sameRun || job.status == .running && Run(latestOf: job) == run,
                ifCancelRequested || ignored == .openUnlessCancelled || job.cancelRequestedAt == nil
            else { return run.loss(in: state.jobs[run.jobID]) }
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

extension InMemoryJobStore: TypeDirectory {
    /// Notes when types were offered.
    package func announce(_ types: [String], sensitive: [String: [FieldPath]], at now: Timestamp) async throws {
        try access { state in
            for type in types { state.offers[type] = now }
            state.sensitive.merge(sensitive) { $1 }
        }
    }

    /// When a type was last offered.
    package func lastOffered(_ type: String) async throws -> Timestamp? {
        try access { $0.offers[type] }
    }

    /// Notes that a type is paused; nothing here goes by it.
    package func pause(_ type: String, _ pause: TypePause) async throws -> TypeRecord {
        try access { state in
            var pause = pause
            pause.at = state.pauses[type]?.at ?? pause.at
            state.pauses[type] = pause
            return TypeRecord(type, pause: pause, lastOfferedAt: state.offers[type])
        }
    }
}

extension Claim {
    fileprivate func canTake(_ job: Job, ignoring ignored: InMemoryJobStore.Condition?) -> Bool {
        guard job.payloadHash == payloadHash, ignored == .sameGeneration || job.generation == generation,
            ignored == .attemptsLeft || job.attempts < job.maxAttempts
        else { return false }
        switch job.status {
        case .scheduled, .pending, .retrying: return job.runAt.map { $0 <= at } ?? true
        case .running:
            guard ignored == .notCancelled || job.cancelRequestedAt == nil else { return false }
            guard job.givenUpAt == nil else { return ignored == .notGivenUp }
            return ignored == .leaseEnded || job.lease?.expiresAt.map { $0 < at } ?? false
        case .waiting: return false
        case .succeeded, .failedFinal, .cancelled: return ignored == .notFinal
        }
    }
}

extension Job {
    fileprivate func isAt(_ seen: Job, ignoring ignored: InMemoryJobStore.Condition?) -> Bool {
        var seen = seen
        if ignored == .sameExpiry { seen.lease?.expiresAt = lease?.expiresAt }
        return status == seen.status && generation == seen.generation && attempts == seen.attempts
            && lease == seen.lease
    }
}

extension Job.Lease {
    fileprivate init(_ claim: Claim) {
        self.init(owner: claim.owner, messageID: claim.messageID, expiresAt: claim.leaseExpiresAt)
    }
}
