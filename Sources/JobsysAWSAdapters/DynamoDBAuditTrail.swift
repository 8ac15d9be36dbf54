public import JobsysAWS
public import JobsysCore
import JobsysTime

/// What people and keys have changed, as items `AUDIT#<id>` of the table, listed by its index `directory`.
///
/// An entry leaves the table by its time to live.
public struct DynamoDBAuditTrail: AuditTrail {
    private let client: AWSClient
    private let table: String
    private let retention: Duration
    private let unreadable = UnreadableRecordLog()

    /// How many pages of entries one listing looks at for those that are asked for.
    private static let pageLimit = 8
    /// How many entries a page has of which some may not be asked for.
    private static let filteredPage = 200

    /// Makes a trail in the table that has the layout of `infra/cloudformation/data-plane.yaml`.
    ///
    /// - Parameters:
    ///   - client: The client.
    ///   - table: The table's name.
    ///   - retention: How long an entry is kept.
    public init(client: AWSClient, table: String, retention: Duration) {
        self.client = client
        self.table = table
        self.retention = retention
    }

    /// Puts the item.
    public func record(_ entry: AuditEntry) async throws {
        let write = DynamoDB.PutItem(table: table, item: AuditItem.item(of: entry, keptFor: retention))
        _ = try await translatingErrors { try await client.perform(write) }
    }

    /// Reads the index; an entry that cannot be read is left out, and warned of once.
    public func entries(_ query: AuditQuery) async throws -> Listing<AuditEntry> {
        let section = query.section
        guard section.end < section.start else { return Listing([], next: nil) }
        let isUnfiltered = AuditQuery(section) == query
        var read = DynamoDB.Query(
            table: table,
            index: DirectoryItem.index,
            keyCondition: Attribute(DirectoryItem.kind) == .s(AuditItem.kind)
                && .between(
                    Attribute(DirectoryItem.kindSort).operand,
                    .s(section.end.description),
                    .s(section.start.description)
                ),
            ascending: false
        )
        var entries: [AuditEntry] = []
        for _ in 0..<Self.pageLimit {
            // One more, for that from which the list goes on is in the range.
            read.limit = isUnfiltered ? section.limit - entries.count + 1 : Self.filteredPage
            let page = try await translatingErrors { [read] in try await client.perform(read) }
            for item in page.items {
                guard let entry = entry(item), entry.position < section.start, query.matches(entry) else { continue }
                guard entries.count < section.limit else { return Listing(entries, next: entries.last?.position) }
                entries.append(entry)
            }
            read.exclusiveStartKey = page.lastEvaluatedKey
            if page.lastEvaluatedKey == nil { return Listing(entries, next: nil) }
        }
        let reached = read.exclusiveStartKey?[DirectoryItem.kindSort]?.string.flatMap(ListPosition.init)
        return Listing(entries, next: reached ?? entries.last?.position)
    }

    private func entry(_ item: Item) -> AuditEntry? {
        do {
            return try AuditItem.entry(from: item)
        } catch {
            unreadable.warn(of: error, key: item[JobItem.partitionKey]?.string ?? "")
            return nil
        }
    }
}

/// The layout of an audit entry in the table, `AUDIT#<id>`.
private enum AuditItem {
    /// What kind of thing it is in the index `directory`, where its time comes before its id.
    static let kind = "AUDIT"
    static let at = "at"
    static let principal = "principal"
    static let action = "action"
    static let subject = "subject"
    static let address = "address"
    static let requestID = "requestId"
    static let status = "httpStatus"

    static func item(of entry: AuditEntry, keptFor retention: Duration) -> Item {
        var item: Item = [JobItem.partitionKey: .s("\(kind)#\(entry.id)")]
        item[DirectoryItem.kind] = .s(kind)
        item[DirectoryItem.kindSort] = .s(entry.position.description)
        item[at] = .time(entry.at)
        item[principal] = .s(entry.principal)
        item[JobItem.tenant] = entry.tenant.map { .s($0) }
        item[action] = .s(entry.action)
        item[subject] = entry.subject.map { .s($0) }
        item[address] = entry.address.map { .s($0) }
        item[requestID] = entry.requestID.map { .s($0) }
        item[status] = .n(entry.status)
        item[JobItem.expiresAt] = .seconds(entry.at + retention)
        return item
    }

    static func entry(from item: Item) throws(UnreadableRecord) -> AuditEntry {
        let reader = ItemReader(item: item)
        try reader.checkVersion()
        guard let position = ListPosition(try reader.string(DirectoryItem.kindSort)) else {
            throw reader.malformed(DirectoryItem.kindSort, "a time and an id")
        }
        return AuditEntry(
            id: position.id,
            at: try reader.time(at),
            principal: try reader.string(principal),
            tenant: item[JobItem.tenant]?.string,
            action: try reader.string(action),
            subject: item[subject]?.string,
            address: item[address]?.string,
            requestID: item[requestID]?.string,
            status: try reader.int(status)
        )
    }
}
