import AWS
import JSON
public import Jobs

extension DynamoDBJobStore {
    /// Takes a job, if its record allows it.
    public func claim(_ claim: Claim) async throws -> ClaimResult {
        let write = DynamoDB.UpdateItem(
            table: table,
            key: JobItem.key(of: claim.jobID),
            update: Update()
                .set(JobItem.status, .s(JobStatus.running.rawValue))
                .setting(claim)
                .set(JobItem.startedAt, .time(claim.at))
                .set(JobItem.updatedAt, .time(claim.at))
                .remove(JobItem.runAt)
                .remove(JobItem.dueKey)
                .remove(JobItem.dueSort)
                .add(JobItem.attempts, 1),
            condition: claim.condition,
            returning: .allNew,
            returnsExistingOnFailure: true
        )
        switch try await translatingErrors({ try await client.perform(write) }) {
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
            update: Update().setting(claim),
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

    /// Moves the end of a lease that is still held.
    public func extendLease(of run: Run, until expiry: Timestamp) async throws -> FencedWrite {
        let write = DynamoDB.UpdateItem(
            table: table,
            key: JobItem.key(of: run.jobID),
            update: Update().set(JobItem.leaseExpiresAt, .time(expiry)),
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
        let write = DynamoDB.UpdateItem(
            table: table,
            key: JobItem.key(of: run.jobID),
            update: conclusion.update(of: run, at: now),
            condition: conclusion.leavesJobOpen
                ? run.condition && .attributeNotExists(JobItem.cancelRequestedAt) : run.condition,
            returnsExistingOnFailure: true
        )
        switch try await translatingErrors({ try await client.perform(write) }) {
        case .applied:
            return .written
        case .conditionFailed(let existing):
            let job = try existing.map { try Job(item: $0) }
            if let job, conclusion.isRecorded(in: job, by: run) { return .written }
            return run.loss(in: job)
        }
    }
}

extension Claim {
    /// The record may be run now, by this generation's message.
    fileprivate var condition: Condition {
        let runAt = Attribute(JobItem.runAt)
        let waiting =
            Attribute(JobItem.status)
            .isIn([JobStatus.scheduled, .pending, .retrying].map { .s($0.rawValue) })
            && (.attributeNotExists(JobItem.runAt) || runAt <= .time(at))
        let abandoned =
            Attribute(JobItem.status) == .s(JobStatus.running.rawValue)
            && Attribute(JobItem.leaseExpiresAt) < .time(at)
        return Attribute(JobItem.generation) == .n(generation)
            && Attribute(JobItem.payloadHash) == .s(payloadHash)
            && Attribute(JobItem.attempts) < Attribute(JobItem.maxAttempts)
            && (waiting || abandoned)
    }
}

extension Run {
    /// The record is still this run's.
    fileprivate var condition: Condition {
        Attribute(JobItem.status) == .s(JobStatus.running.rawValue)
            && Attribute(JobItem.generation) == .n(generation)
            && Attribute(JobItem.attempts) == .n(attempt)
            && Attribute(JobItem.leaseOwner) == .s(owner)
    }
}

extension Conclusion {
    fileprivate func update(of run: Run, at now: Timestamp) -> Update {
        let update = Update().set(JobItem.updatedAt, .time(now)).remove(JobItem.leaseExpiresAt)
        switch self {
        case .succeeded(let result):
            return
                update
                .set(JobItem.status, .s(JobStatus.succeeded.rawValue))
                .set(JobItem.result, .s(result.value.serializedString))
                .set(JobItem.finishedAt, .time(now))
                .set(JobItem.expiresAt, .seconds(result.expiresAt))
                .remove(JobItem.error)
                .remove(JobItem.cancelRequestedAt)
        case .cancelled(let expiresAt):
            return
                update
                .set(JobItem.status, .s(JobStatus.cancelled.rawValue))
                .set(JobItem.finishedAt, .time(now))
                .set(JobItem.expiresAt, .seconds(expiresAt))
        case .retrying(let failure, let notBefore):
            return
                update
                .set(JobItem.status, .s(JobStatus.retrying.rawValue))
                .set(JobItem.runAt, .time(notBefore))
                .set(JobItem.error, JobItem.attribute(of: Job.RecordedFailure(failure, at: now)))
                .appending(JobItem.attribute(of: Job.RecordedFailure(failure, at: now)), to: JobItem.failures)
        case .released:
            let status: JobStatus = run.attempt == 1 ? .pending : .retrying
            return
                update
                .set(JobItem.status, .s(status.rawValue))
                .set(JobItem.attempts, .n(run.attempt - 1))
        }
    }
}

extension Update {
    /// Adds an element to a list, which is made if it is not there.
    fileprivate func appending(_ element: AttributeValue, to name: String) -> Update {
        let list = Attribute(name)
        return set(list, to: .append(.ifNotExists(list, .value(.l([]))), .value(.l([element]))))
    }

    /// Gives the lease to a claim.
    fileprivate func setting(_ claim: Claim) -> Update {
        set(JobItem.leaseOwner, .s(claim.owner))
            .set(JobItem.leaseMessageID, .s(claim.messageID))
            .set(JobItem.leaseExpiresAt, .time(claim.leaseExpiresAt))
    }
}
