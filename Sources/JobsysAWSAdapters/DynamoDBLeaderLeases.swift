public import JobsysAWS
public import JobsysCore
public import JobsysTime

/// Who leads the reconcilers: one item in the table of the jobs.
public struct DynamoDBLeaderLeases: LeaderLeases {
    private let client: AWSClient
    private let table: String

    /// Makes the leases of a table.
    public init(client: AWSClient, table: String) {
        self.client = client
        self.table = table
    }

    /// Takes or keeps the lead by one conditional write.
    public func take(as owner: String, at now: Timestamp, until expiry: Timestamp) async throws -> Leadership {
        let write = DynamoDB.UpdateItem(
            table: table,
            key: ReconcilerItem.leadKey,
            update: Update().set(JobItem.leaseOwner, .s(owner)).set(JobItem.leaseExpiresAt, .time(expiry)),
            condition: .attributeNotExists(JobItem.leaseExpiresAt)
                || Attribute(JobItem.leaseOwner) == .s(owner)
                || Attribute(JobItem.leaseExpiresAt) <= .time(now),
            returnsExistingOnFailure: true
        )
        switch try await translatingErrors({ try await client.perform(write) }) {
        case .applied:
            return .ours
        case .conditionFailed(let existing):
            let expiry = try existing.flatMap { try ItemReader(item: $0).optionalTime(JobItem.leaseExpiresAt) }
            return .others(until: expiry ?? now)
        }
    }

    /// Leaves the item without an end, if it is ours.
    public func giveUp(as owner: String) async throws {
        let write = DynamoDB.UpdateItem(
            table: table,
            key: ReconcilerItem.leadKey,
            update: Update().remove(JobItem.leaseExpiresAt),
            condition: Attribute(JobItem.leaseOwner) == .s(owner)
        )
        _ = try await translatingErrors { try await client.perform(write) }
    }
}
