public import JobsysAWS
public import JobsysCore

/// Schedules as items of the table, listed by its index `directory`.
public struct DynamoDBScheduleStore: ScheduleStore {
    private let client: AWSClient
    private let table: String
    private let unreadable = UnreadableRecordLog()

    /// Makes a store in the table that has the layout of `infra/cloudformation/data-plane.yaml`.
    public init(client: AWSClient, table: String) {
        self.client = client
        self.table = table
    }

    /// Reads the item consistently.
    public func schedule(_ key: ScheduleKey) async throws -> Schedule? {
        let read = DynamoDB.GetItem(table: table, key: ScheduleItem.key(of: key), consistent: true)
        let item = try await translatingErrors { try await client.perform(read) }
        return try item.map { try ScheduleItem.schedule(from: $0) }
    }

    /// Reads the index; a schedule that cannot be read is left out, and warned of once.
    public func schedules(of tenant: String?) async throws -> [Schedule] {
        try await client.directory(of: table, ScheduleItem.kind, prefix: tenant.map(ScheduleItem.prefix))
            .compactMap { item in
                do {
                    return try ScheduleItem.schedule(from: item)
                } catch {
                    unreadable.warn(of: error, key: item[JobItem.partitionKey]?.string ?? "")
                    return nil
                }
            }
    }

    /// Puts the item, if the one that is there has the revision, or none is.
    public func save(_ schedule: Schedule, replacing revision: Int?) async throws -> Bool {
        let write = DynamoDB.PutItem(
            table: table,
            item: ScheduleItem.item(of: schedule),
            condition: revision.map { Attribute(ScheduleItem.revision) == .n($0) }
                ?? .attributeNotExists(JobItem.partitionKey)
        )
        return try await translatingErrors { try await client.perform(write) }.isApplied
    }

    /// Updates the attributes that a tick changes, so that what a newer version has added stays.
    public func advance(_ key: ScheduleKey, to state: ScheduleState, from revision: Int) async throws -> Bool {
        var update = Update().set(ScheduleItem.revision, .n(revision + 1))
        for (name, value) in ScheduleItem.attributes(of: state) {
            update = value.map { update.set(name, $0) } ?? update.remove(name)
        }
        let write = DynamoDB.UpdateItem(
            table: table,
            key: ScheduleItem.key(of: key),
            update: update,
            condition: Attribute(ScheduleItem.revision) == .n(revision)
        )
        return try await translatingErrors { try await client.perform(write) }.isApplied
    }

    /// Deletes the item.
    public func delete(_ key: ScheduleKey) async throws -> Bool {
        let write = DynamoDB.DeleteItem(
            table: table,
            key: ScheduleItem.key(of: key),
            condition: .attributeExists(JobItem.partitionKey)
        )
        return try await translatingErrors { try await client.perform(write) }.isApplied
    }

    /// Reads the item of changes, consistently: half a unit more, for a change that is heard of at once.
    public func changeCount() async throws -> Int {
        let read = DynamoDB.GetItem(table: table, key: ScheduleItem.changesKey, consistent: true)
        let item = try await translatingErrors { try await client.perform(read) }
        return item?[ScheduleItem.changes]?.int ?? 0
    }

    /// Adds one to the item of changes.
    public func noteChange() async throws {
        let write = DynamoDB.UpdateItem(
            table: table,
            key: ScheduleItem.changesKey,
            update: Update().add(ScheduleItem.changes, 1)
        )
        _ = try await translatingErrors { try await client.perform(write) }
    }
}

extension DynamoDB.ConditionalWrite {
    /// Whether its condition held.
    fileprivate var isApplied: Bool {
        switch self {
        case .applied: true
        case .conditionFailed: false
        }
    }
}
