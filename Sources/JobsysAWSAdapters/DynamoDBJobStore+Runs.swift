import JobsysAWS
public import JobsysCore
import JobsysJSON
public import JobsysTime

extension DynamoDBJobStore {
    /// Takes a job, if its record allows it.
    public func claim(_ claim: Claim) async throws -> ClaimResult {
        let writes = claim.sensitive.isEmpty ? claims : sensitiveClaims
        switch try await translatingErrors({ try await client.perform(writes.filled(claim)) }) {
        case .applied(let item):
            return .claimed(try Job(item: try present(item)))
        case .conditionFailed(let existing):
            return claim.refusal(by: try existing.map { try Job(item: $0) })
        }
    }

    /// Takes a job that nobody holds any more, as it was read.
    public func takeOver(_ job: Job, by claim: Claim) async throws -> FencedWrite {
        let write = DynamoDB.UpdateItem(
            table: table,
            key: JobItem.key(of: job.id),
            update: Update()
                .set(JobItem.leaseOwner, .s(claim.owner))
                .set(JobItem.leaseMessageID, .s(claim.messageID))
                .set(JobItem.leaseExpiresAt, .time(claim.leaseExpiresAt)),
            condition: job.unchanged,
            returnsExistingOnFailure: true
        )
        switch try await translatingErrors({ try await client.perform(write) }) {
        case .applied:
            return .written
        case .conditionFailed(let existing):
            // The answer to the write was lost, and it was made again.
            return existing?[JobItem.leaseOwner]?.string == claim.owner ? .written : .lost
        }
    }

    /// Moves the end of a lease that is still held, and notes how far its run has come.
    public func extendLease(
        of run: Run,
        until expiry: Timestamp,
        progress: JobProgress?
    ) async throws -> FencedWrite {
        let update = Update().set(JobItem.leaseExpiresAt, .time(expiry))
        let write = DynamoDB.UpdateItem(
            table: table,
            key: JobItem.key(of: run.jobID),
            update: progress.map { update.set(JobItem.progress, JobItem.attribute(of: $0)) } ?? update,
            condition: run.condition && .attributeNotExists(JobItem.cancelRequestedAt),
            returnsExistingOnFailure: true
        )
        switch try await translatingErrors({ try await client.perform(write) }) {
        case .applied: return .written
        case .conditionFailed(let existing): return run.loss(in: try existing.map { try Job(item: $0) })
        }
    }

    /// Ends a run that still holds its lease.
    public func conclude(_ run: Run, with conclusion: Conclusion, at now: Timestamp) async throws -> FencedWrite {
        switch try await translatingErrors({ try await write(conclusion, of: run, at: now) }) {
        case .applied:
            return .written
        case .conditionFailed(let existing):
            let job = try existing.map { try Job(item: $0) }
            if let job, conclusion.isRecorded(in: job, by: run) { return .written }
            return run.loss(in: job)
        }
    }

    private func write(
        _ conclusion: Conclusion,
        of run: Run,
        at now: Timestamp
    ) async throws -> DynamoDB.ConditionalWrite {
        let update: Update
        switch conclusion {
        case .succeeded(let result):
            return try await client.perform(successes.filled(run, result, at: now))
        case .cancelled(let expiresAt):
            update = Update()
                .set(JobItem.status, .s(JobStatus.cancelled.rawValue))
                .set(JobItem.finishedAt, .time(now))
                .set(JobItem.expiresAt, .seconds(expiresAt))
                .removingOpenKeys()
        case .retrying(let failure, let notBefore, let maxAttempts):
            let failure = JobItem.attribute(of: Job.RecordedFailure(failure, at: now))
            update = Update()
                .set(JobItem.maxAttempts, .n(maxAttempts))
                .set(JobItem.status, .s(JobStatus.retrying.rawValue))
                .set(JobItem.runAt, .time(notBefore))
                .set(JobItem.error, failure)
                .appending(failure, to: JobItem.failures)
        case .givenUp(let failure):
            update = Update()
                .set(JobItem.givenUpAt, .time(now))
                .set(JobItem.error, JobItem.attribute(of: Job.RecordedFailure(failure, at: now)))
        case .released:
            let status: JobStatus = run.attempt == 1 ? .pending : .retrying
            update = Update()
                .set(JobItem.status, .s(status.rawValue))
                .set(JobItem.attempts, .n(run.attempt - 1))
        }
        let write = DynamoDB.UpdateItem(
            table: table,
            key: JobItem.key(of: run.jobID),
            update: update.set(JobItem.updatedAt, .time(now)).remove(JobItem.leaseExpiresAt),
            condition: conclusion.leavesJobOpen
                ? run.condition && .attributeNotExists(JobItem.cancelRequestedAt) : run.condition,
            returnsExistingOnFailure: true
        )
        return try await client.perform(write)
    }
}

extension Run {
    /// The record is still this run's.
    fileprivate var condition: Condition {
        .isHeld(generation: String(generation), attempt: String(attempt), owner: owner)
    }
}

extension Update {
    /// Adds an element to a list, which is made if it is not there.
    fileprivate func appending(_ element: AttributeValue, to name: String) -> Update {
        let list = Attribute(name)
        return set(list, to: .append(.ifNotExists(list, .value(.l([]))), .value(.l([element]))))
    }
}
