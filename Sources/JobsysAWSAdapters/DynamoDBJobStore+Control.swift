import FoundationEssentials
import JobsysAWS
public import JobsysCore
public import JobsysJSON
public import JobsysTime

extension DynamoDBJobStore: JobControl {
    /// Cancels a job that waits; one that runs is marked, and its worker finds the mark when it next renews its lease.
    ///
    /// Each is one write for the state that the job is likely to be in, and what its condition's failure brings back
    /// says which one to try next: a job may begin or end a run between two of them.
    public func cancel(_ id: JobID, at now: Timestamp, expiresAt: Timestamp) async throws -> Intervention {
        var write = cancellation(of: id, at: now, expiresAt: expiresAt)
        var outcome = Intervention.done
        while true {
            switch try await translatingErrors({ try await client.perform(write) }) {
            case .applied(let item):
                return outcome(try Job(item: try present(item)))
            case .conditionFailed(let existing):
                guard let job = try existing.map({ try Job(item: $0) }) else { return .noSuchJob }
                switch job.status {
                // A job that is cancelled is as it was asked to be, whoever asked.
                case .cancelled: return .done(job)
                case .succeeded, .failedFinal: return .refused(job)
                case .running where job.givenUpAt != nil: return .refused(job)
                case .running: (write, outcome) = (cancellationRequest(of: id, at: now), Intervention.requested)
                case .waiting, .scheduled, .pending, .retrying:
                    (write, outcome) = (cancellation(of: id, at: now, expiresAt: expiresAt), Intervention.done)
                }
            }
            try Task.checkCancellation()
        }
    }

    private func cancellation(of id: JobID, at now: Timestamp, expiresAt: Timestamp) -> DynamoDB.UpdateItem {
        let waiting = [JobStatus.waiting, .scheduled, .pending, .retrying].map { AttributeValue.s($0.rawValue) }
        return DynamoDB.UpdateItem(
            table: table,
            key: JobItem.key(of: id),
            update: Update()
                .set(JobItem.status, .s(JobStatus.cancelled.rawValue))
                .set(JobItem.updatedAt, .time(now))
                .set(JobItem.finishedAt, .time(now))
                .set(
                    Attribute(JobItem.expiresAt),
                    to: .ifNotExists(Attribute(JobItem.keepUntil), .value(.seconds(expiresAt)))
                )
                .remove(JobItem.runAt)
                .remove(JobItem.dueKey)
                .remove(JobItem.dueSort)
                .removingOpenKeys(),
            condition: Attribute(JobItem.status).isIn(waiting),
            returning: .allNew,
            returnsExistingOnFailure: true
        )
    }

    private func cancellationRequest(of id: JobID, at now: Timestamp) -> DynamoDB.UpdateItem {
        DynamoDB.UpdateItem(
            table: table,
            key: JobItem.key(of: id),
            update: Update().setIfNotExists(JobItem.cancelRequestedAt, .time(now)),
            condition: Attribute(JobItem.status) == .s(JobStatus.running.rawValue)
                && .attributeNotExists(JobItem.givenUpAt),
            returning: .allNew,
            returnsExistingOnFailure: true
        )
    }

    /// Reads the job, then moves it to its next generation and closes its incident, both or neither.
    public func redrive(_ id: JobID, with payload: JSONValue?, at now: Timestamp) async throws -> Intervention {
        guard let job = try await job(id) else { return .noSuchJob }
        guard job.status == .failedFinal || job.status == .cancelled, job.workflow == nil else { return .refused(job) }
        let next = job.redriven(with: payload, at: now)
        if try await restart(job, with: next, at: now) != nil { return .done(next) }
        // Somebody was faster.
        return try await self.job(id).map { .refused($0) } ?? .noSuchJob
    }

    /// Moves a job that is as it was read to its next generation and closes its incident, both or neither.
    public func restart(_ job: Job, with next: Job, at now: Timestamp) async throws -> Job? {
        // The caller sends the message now; if it dies before, the job is found when this time has come.
        let item = JobItem.item(
            of: next,
            dueAt: next.status == .waiting ? nil : now + .seconds(60),
            shards: shards,
            isCounted: isCounted(next.tenant)
        )
        let restart = DynamoDB.PutItem(table: table, item: item, condition: job.unchanged)
        let close = DynamoDB.UpdateItem(
            table: table,
            key: IncidentItem.key(of: .job(job.id, generation: job.generation)),
            update: Update()
                .set(IncidentItem.closedAt, .time(now))
                .remove(IncidentItem.openKey)
                .remove(IncidentItem.openSort)
                .remove(JobItem.tenantKey)
                .remove(JobItem.tenantSort),
            condition: .attributeExists(JobItem.partitionKey)
        )
        // A job that was cancelled has no incident.
        let actions: [DynamoDB.TransactWriteItems.Action] =
            job.status == .failedFinal ? [.put(restart), .update(close)] : [.put(restart)]
        let transaction = DynamoDB.TransactWriteItems(actions: actions, clientRequestToken: UUID().uuidString)
        switch try await translatingErrors({ try await client.perform(transaction) }) {
        case .committed:
            return next
        case .cancelled(let reasons):
            guard reasons.contains(where: \.isConditionFailure) else { throw DependencyError(cancelledBy: reasons) }
            return nil
        }
    }
}
