public import JobsysAWS
public import JobsysCore
import JobsysObservability
public import JobsysTime

/// API keys as items `KEY#<id>` of the table, listed by its index `directory`.
///
/// A key that has ended leaves the table by its time to live.
public struct DynamoDBAPIKeyStore: APIKeyStore {
    private let client: AWSClient
    private let table: String
    private let unreadable = UnreadableRecordLog()

    /// Makes a store in the table that has the layout of `infra/cloudformation/data-plane.yaml`.
    public init(client: AWSClient, table: String) {
        self.client = client
        self.table = table
    }

    /// Puts the item, unless there is one.
    public func create(_ key: APIKey) async throws {
        let write = put(key)
        if case .conditionFailed = try await translatingErrors({ try await client.perform(write) }) {
            throw DependencyError(existingKey: key.id)
        }
    }

    /// Reads the item consistently: a key that was just made counts at once.
    public func key(_ id: String) async throws -> APIKey? {
        let read = DynamoDB.GetItem(table: table, key: KeyItem.key(of: id), consistent: true)
        let item = try await translatingErrors { try await client.perform(read) }
        return try item.map { try KeyItem.key(from: $0) }
    }

    /// Reads the index; a key that cannot be read is left out, and warned of once.
    public func keys() async throws -> [APIKey] {
        try await client.directory(of: table, KeyItem.kind)
            .compactMap { item in
                do {
                    return try KeyItem.key(from: item)
                } catch {
                    unreadable.warn(of: error, key: item[JobItem.partitionKey]?.string ?? "")
                    return nil
                }
            }
    }

    /// Notes the end in the item.
    public func revoke(_ id: String, at now: Timestamp) async throws -> APIKey? {
        let write = DynamoDB.UpdateItem(
            table: table,
            key: KeyItem.key(of: id),
            update: Update().setIfNotExists(KeyItem.revokedAt, .time(now))
                .set(JobItem.expiresAt, .seconds(now + APIKey.retention)),
            condition: .attributeExists(JobItem.partitionKey),
            returning: .allNew
        )
        switch try await translatingErrors({ try await client.perform(write) }) {
        case .applied(let item): return try item.map { try KeyItem.key(from: $0) }
        case .conditionFailed: return nil
        }
    }

    /// Writes both items in one transaction.
    public func replace(_ id: String, with key: APIKey, endingAt end: Timestamp) async throws -> APIKey? {
        guard var old = try await self.key(id), old.status(at: key.createdAt) == .active else { return nil }
        old.expiresAt = min(old.expiresAt ?? end, end)
        old.replacedBy = key.id
        let update = DynamoDB.UpdateItem(
            table: table,
            key: KeyItem.key(of: id),
            update: Update().set(KeyItem.endsAt, .time(old.expiresAt ?? end))
                .set(KeyItem.replacedBy, .s(key.id))
                .set(JobItem.expiresAt, .seconds((old.expiresAt ?? end) + APIKey.retention)),
            // Whoever revokes it meanwhile has the last word.
            condition: .attributeExists(JobItem.partitionKey) && .attributeNotExists(KeyItem.revokedAt)
        )
        let write = DynamoDB.TransactWriteItems(
            actions: [.put(put(key)), .update(update)],
            clientRequestToken: UniqueID.make()
        )
        switch try await translatingErrors({ try await client.perform(write) }) {
        case .committed: return old
        case .cancelled(let reasons) where reasons.last?.code == "ConditionalCheckFailed": return nil
        case .cancelled(let reasons): throw DependencyError(cancelledBy: reasons)
        }
    }

    /// Notes the time in the item, if there is one.
    public func noteUse(of id: String, at now: Timestamp) async throws {
        let write = DynamoDB.UpdateItem(
            table: table,
            key: KeyItem.key(of: id),
            update: Update().set(KeyItem.lastUsedAt, .time(now)),
            condition: .attributeExists(JobItem.partitionKey)
        )
        _ = try await translatingErrors { try await client.perform(write) }
    }

    private func put(_ key: APIKey) -> DynamoDB.PutItem {
        DynamoDB.PutItem(
            table: table,
            item: KeyItem.item(of: key),
            condition: .attributeNotExists(JobItem.partitionKey)
        )
    }
}

/// The layout of an API key in the table, `KEY#<id>`.
enum KeyItem {
    /// What kind of thing it is in the index `directory`, and what its key begins with.
    static let kind = "KEY"
    /// The SHA-256 of the key, in hexadecimal.
    static let hash = "keyHash"
    static let ending = "keyEnding"
    static let scopes = "scopes"
    static let types = "types"
    static let name = "name"
    static let createdBy = "createdBy"
    /// When the key ends, beside the table's time to live, which is later.
    static let endsAt = "endsAt"
    static let revokedAt = "revokedAt"
    static let replacedBy = "replacedBy"
    static let lastUsedAt = "lastUsedAt"

    static func key(of id: String) -> Item { [JobItem.partitionKey: .s("\(kind)#\(id)")] }

    static func item(of key: APIKey) -> Item {
        var item = Self.key(of: key.id)
        item[DirectoryItem.kind] = .s(kind)
        item[DirectoryItem.kindSort] = .s(key.id)
        item[hash] = .s(key.hash)
        item[ending] = .s(key.ending)
        item[JobItem.tenant] = key.tenant.map { .s($0) }
        item[scopes] = .l(key.scopes.map(\.rawValue).sorted().map { .s($0) })
        item[types] = key.types.map { .l($0.sorted().map { .s($0) }) }
        item[name] = key.name.map { .s($0) }
        item[JobItem.createdAt] = .time(key.createdAt)
        item[createdBy] = .s(key.createdBy)
        item[endsAt] = key.expiresAt.map { .time($0) }
        item[revokedAt] = key.revokedAt.map { .time($0) }
        item[replacedBy] = key.replacedBy.map { .s($0) }
        item[lastUsedAt] = key.lastUsedAt.map { .time($0) }
        let end = [key.expiresAt, key.revokedAt].compactMap(\.self).min()
        item[JobItem.expiresAt] = end.map { .seconds($0 + APIKey.retention) }
        return item
    }

    /// Reads a key; what bounds it must be readable, or the key is not.
    ///
    /// A scope that this version does not know allows nothing here.
    static func key(from item: Item) throws(UnreadableRecord) -> APIKey {
        let reader = ItemReader(item: item)
        try reader.checkVersion()
        var key = APIKey(
            id: try reader.string(DirectoryItem.kindSort),
            hash: try reader.string(hash),
            ending: try reader.string(ending),
            tenant: item[JobItem.tenant] == nil ? nil : try reader.string(JobItem.tenant),
            scopes: Set((item[scopes]?.list ?? []).compactMap(\.string).compactMap(Scope.init)),
            createdAt: try reader.time(JobItem.createdAt),
            createdBy: try reader.string(createdBy)
        )
        if let value = item[types] {
            guard let names = value.list else { throw reader.malformed(types, "a list") }
            key.types = Set(names.compactMap(\.string))
        }
        key.name = item[name]?.string
        key.expiresAt = try reader.optionalTime(endsAt)
        key.revokedAt = try reader.optionalTime(revokedAt)
        key.replacedBy = item[replacedBy]?.string
        key.lastUsedAt = item[lastUsedAt]?.string.flatMap { Timestamp($0) }
        return key
    }
}

extension DependencyError {
    /// Makes the error of an id that another key has: 95 random bits do not repeat, so something is wrong with them.
    fileprivate init(existingKey id: String) {
        self.init(
            dependency: AWSService.dynamoDB.endpointPrefix,
            code: "KeyExists",
            message: "there is a key \(id) already",
            isTransient: false
        )
    }
}
