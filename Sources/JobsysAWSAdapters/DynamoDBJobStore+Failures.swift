import FoundationEssentials
import JobsysAWS
public import JobsysCore
public import JobsysJSON
public import JobsysTime

extension DynamoDBJobStore: FailureStore {
    /// Marks the job and puts the incident, in one transaction.
    public func fail(_ job: Job, with incident: Incident, expiresAt: Timestamp) async throws -> FencedWrite {
        let mark = DynamoDB.UpdateItem(
            table: table,
            key: JobItem.key(of: job.id),
            update: Update()
                .set(JobItem.status, .s(JobStatus.failedFinal.rawValue))
                .set(JobItem.error, JobItem.attribute(of: incident.failure))
                .set(JobItem.updatedAt, .time(incident.failure.at))
                .set(JobItem.finishedAt, .time(incident.failure.at))
                .set(JobItem.expiresAt, .seconds(expiresAt))
                .remove(JobItem.leaseExpiresAt)
                .remove(JobItem.givenUpAt)
                .remove(JobItem.runAt)
                .removingOpenKeys(),
            condition: job.unchanged
        )
        let record = DynamoDB.PutItem(table: table, item: IncidentItem.item(of: incident, expiresAt: expiresAt))
        let transaction = DynamoDB.TransactWriteItems(
            actions: [.update(mark), .put(record)],
            clientRequestToken: UUID().uuidString
        )
        switch try await translatingErrors({ try await client.perform(transaction) }) {
        case .committed:
            return .written
        case .cancelled(let reasons):
            guard reasons.contains(where: \.isConditionFailure) else {
                throw DependencyError(cancelledBy: reasons)
            }
            return .lost
        }
    }

    /// Reads the type's item.
    public func sensitiveFields(ofType type: String) async throws -> [FieldPath] {
        let read = DynamoDB.GetItem(table: table, key: DirectoryItem.key(ofType: type), consistent: false)
        let item = try await translatingErrors { try await client.perform(read) }
        return item.map { DirectoryItem.type(type, from: $0).sensitive } ?? []
    }

    /// Puts an incident, unless it is there.
    public func record(_ incident: Incident, expiresAt: Timestamp) async throws -> FencedWrite {
        let write = DynamoDB.PutItem(
            table: table,
            item: IncidentItem.item(of: incident, expiresAt: expiresAt),
            condition: .attributeNotExists(JobItem.partitionKey)
        )
        switch try await translatingErrors({ try await client.perform(write) }) {
        case .applied: return .written
        case .conditionFailed: return .lost
        }
    }

    /// Sets the time, and makes no item where there is none.
    public func noteAnnounced(_ id: Incident.ID, at now: Timestamp) async throws {
        let write = DynamoDB.UpdateItem(
            table: table,
            key: IncidentItem.key(of: id),
            update: Update().set(IncidentItem.announcedAt, .time(now)),
            condition: .attributeExists(JobItem.partitionKey)
        )
        _ = try await translatingErrors { try await client.perform(write) }
    }

    /// Reads an incident.
    public func incident(_ id: Incident.ID) async throws -> Incident? {
        let read = DynamoDB.GetItem(table: table, key: IncidentItem.key(of: id), consistent: true)
        let item = try await translatingErrors { try await client.perform(read) }
        return try item.map { try IncidentItem.incident(id, from: $0) }
    }
}

extension Job {
    /// The record is still as this job was read.
    var unchanged: Condition {
        let seen =
            Attribute(JobItem.status) == .s(status.rawValue)
            && Attribute(JobItem.generation) == .n(generation)
            && Attribute(JobItem.attempts) == .n(attempts)
        guard let lease else { return seen && .attributeNotExists(JobItem.leaseOwner) }
        let held = seen && Attribute(JobItem.leaseOwner) == .s(lease.owner)
        guard let expiry = lease.expiresAt else { return held && .attributeNotExists(JobItem.leaseExpiresAt) }
        return held && Attribute(JobItem.leaseExpiresAt) == .time(expiry)
    }
}

extension DependencyError {
    init(cancelledBy reasons: [DynamoDB.CancellationReason]) {
        let codes = reasons.map(\.code).joined(separator: ", ")
        self.init(
            dependency: AWSService.dynamoDB.endpointPrefix,
            code: "TransactionCanceledException",
            message: "the transaction was cancelled: \(codes)",
            isTransient: true,
            // An item that is too long, for one; no other try mends that.
            refusesRequest: reasons.contains { $0.code == "ValidationError" }
        )
    }
}
