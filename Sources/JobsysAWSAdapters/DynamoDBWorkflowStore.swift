public import JobsysAWS
public import JobsysCore
import JobsysJSON
public import JobsysTime

/// Workflows in the table of the jobs: `WORKFLOW#<id>` and what belongs to it.
public struct DynamoDBWorkflowStore: WorkflowStore {
    let client: AWSClient
    let table: String

    /// Makes a store on a table that has the layout of `infra/cloudformation/data-plane.yaml`.
    public init(client: AWSClient, table: String) {
        self.client = client
        self.table = table
    }

    /// Puts an item, unless one of its key is there.
    public func create(_ item: WorkflowItem) async throws -> WorkflowItem? {
        let write = DynamoDB.PutItem(
            table: table,
            item: WorkflowRecord.item(of: item),
            condition: .attributeNotExists(JobItem.partitionKey),
            returnsExistingOnFailure: true
        )
        switch try await translatingErrors({ try await client.perform(write) }) {
        case .applied: return nil
        case .conditionFailed(let existing):
            // Whoever finds its own item has lost the first answer.
            return try existing.map { try WorkflowRecord.read($0) }.flatMap { $0 == item ? nil : $0 }
        }
    }

    /// Reads items, a hundred with each call.
    public func items(_ keys: [String]) async throws -> [String: WorkflowItem] {
        if let key = keys.first, keys.count == 1 {
            let read = DynamoDB.GetItem(table: table, key: WorkflowRecord.key(key), consistent: true)
            let item = try await translatingErrors { try await client.perform(read) }
            return try item.map { [key: try WorkflowRecord.read($0)] } ?? [:]
        }
        let items = try await client.items(of: table, keys: keys.map(WorkflowRecord.partition), consistently: true)
        var found: [String: WorkflowItem] = [:]
        for item in items.values {
            let item = try WorkflowRecord.read(item)
            found[item.key] = item
        }
        return found
    }

    /// Updates an item that is there.
    public func change(_ key: String, by change: WorkflowChange) async throws -> WorkflowWrite {
        let exists = Condition.attributeExists(JobItem.partitionKey)
        let groups = change.requirements.map { group in Condition.all(group.map(\.condition)) }
        let write = DynamoDB.UpdateItem(
            table: table,
            key: WorkflowRecord.key(key),
            update: WorkflowRecord.update(change, of: key),
            condition: groups.isEmpty ? exists : exists && .any(groups),
            returning: .allNew,
            returnsExistingOnFailure: true
        )
        switch try await translatingErrors({ try await client.perform(write) }) {
        case .applied(let item?): return .made(try WorkflowRecord.read(item))
        case .applied(nil): return .absent
        case .conditionFailed(let existing):
            return try existing.map { .refused(try WorkflowRecord.read($0)) } ?? .absent
        }
    }

    /// Queries the index `directory`, newest first; those of other tenants are passed by.
    public func listed(_ section: ListSection) async throws -> Listing<WorkflowItem> {
        guard section.end < section.start else { return Listing([], next: nil) }
        let sort = Attribute(DirectoryItem.kindSort)
        var query = DynamoDB.Query(
            table: table,
            index: DirectoryItem.index,
            keyCondition: Attribute(DirectoryItem.kind) == .s(WorkflowRecord.kind)
                && sort.isBetween(.s(section.end.description), and: .s(section.start.description)),
            ascending: false
        )
        var found: [WorkflowItem] = []
        for _ in 0..<Self.pages {
            query.limit = Self.pageSize
            let page = try await translatingErrors { [query] in try await client.perform(query) }
            for item in page.items {
                // One that cannot be read is left out, as lists leave out other records that cannot.
                guard let item = try? WorkflowRecord.read(item), let position = item.position,
                    // The range of the query has its end in it, which belongs to the part before.
                    position < section.start, section.tenant == nil || item.listing?.tenant == section.tenant
                else { continue }
                found.append(item)
                if found.count == section.limit { return Listing(found, next: position) }
            }
            guard let next = page.lastEvaluatedKey else { return Listing(found, next: nil) }
            query.exclusiveStartKey = next
        }
        let last = query.exclusiveStartKey?[DirectoryItem.kindSort]?.string.flatMap { ListPosition($0) }
        return Listing(found, next: last)
    }

    /// Queries the part of the index `due` that is the workflows'.
    public func due(through end: Timestamp, upTo limit: Int) async throws -> [String] {
        let query = DynamoDB.Query(
            table: table,
            index: "due",
            keyCondition: Attribute(JobItem.dueKey) == .s(WorkflowRecord.dueKey)
                && Attribute(JobItem.dueSort) < .s((end + .milliseconds(1)).description),
            limit: limit
        )
        let page = try await translatingErrors { try await client.perform(query) }
        return page.items.compactMap { $0[JobItem.dueSort]?.string?.split(separator: "#").last.map(String.init) }
    }

    private static let pages = 10
    private static let pageSize = 100
}

/// The layout of a workflow's items: texts and sets are attributes of their names.
enum WorkflowRecord {
    static let kind = "WORKFLOW"
    static let dueKey = "workflows"

    static func partition(of key: String) -> String { "WORKFLOW#\(key)" }
    static func key(_ key: String) -> Item { [JobItem.partitionKey: .s(partition(of: key))] }

    static func item(of item: WorkflowItem) -> Item {
        var attributes = key(item.key)
        for (name, text) in item.texts { attributes[name] = .s(text) }
        for (name, set) in item.sets where !set.isEmpty { attributes[name] = .ss(set.sorted()) }
        attributes[JobItem.expiresAt] = .seconds(item.expiresAt)
        if let position = item.position {
            attributes[DirectoryItem.kind] = .s(kind)
            attributes[DirectoryItem.kindSort] = .s(position.description)
        }
        if let visitAt = item.visitAt {
            attributes[JobItem.dueKey] = .s(dueKey)
            attributes[JobItem.dueSort] = .s(sort(visitAt, item.key))
        }
        return attributes
    }

    static func read(_ attributes: Item) throws(UnreadableRecord) -> WorkflowItem {
        let reader = ItemReader(item: attributes)
        try reader.checkVersion()
        var item = WorkflowItem(
            key: String(try reader.string(JobItem.partitionKey).dropFirst(partition(of: "").count)),
            expiresAt: try reader.optionalSeconds(JobItem.expiresAt) ?? .latest
        )
        let own = [JobItem.partitionKey, DirectoryItem.kind, DirectoryItem.kindSort, JobItem.dueKey, JobItem.dueSort]
        for (name, value) in attributes where !own.contains(name) {
            switch value {
            case .s(let text): item.texts[name] = text
            case .ss(let set): item.sets[name] = Set(set)
            default: break
            }
        }
        if let sort = attributes[DirectoryItem.kindSort]?.string.flatMap({ ListPosition($0) }) {
            item.listing = .init(tenant: item.texts["tenant"] ?? Submission.defaultTenant, createdAt: sort.at)
        }
        item.visitAt = attributes[JobItem.dueSort]?.string?.split(separator: "#").first
            .flatMap { Timestamp(String($0)) }
        return item
    }

    static func update(_ change: WorkflowChange, of key: String) -> Update {
        var update = Update()
        for (name, text) in change.texts.sorted(by: { $0.key < $1.key }) { update = update.set(name, .s(text)) }
        for name in change.removedTexts.sorted() { update = update.remove(name) }
        for (name, set) in change.added.sorted(by: { $0.key < $1.key }) { update = update.add(name, .ss(set.sorted())) }
        for (name, set) in change.removed.sorted(by: { $0.key < $1.key }) {
            update = update.delete(name, .ss(set.sorted()))
        }
        switch change.visit {
        case .unchanged: break
        case .at(let instant):
            update = update.set(JobItem.dueKey, .s(dueKey)).set(JobItem.dueSort, .s(sort(instant, key)))
        case .never: update = update.remove(JobItem.dueKey).remove(JobItem.dueSort)
        }
        return update
    }

    private static func sort(_ instant: Timestamp, _ key: String) -> String { "\(instant)#\(key)" }
}

extension WorkflowItem {
    /// Where it is in the list.
    fileprivate var position: ListPosition? { listing.map { ListPosition(at: $0.createdAt, id: key) } }
}

extension WorkflowChange.Requirement {
    fileprivate var condition: Condition {
        switch self {
        case .absent(let name): .attributeNotExists(name)
        case .equal(let name, let text): Attribute(name) == .s(text)
        case .contains(let name, let element): Attribute(name).contains(.s(element))
        case .fewer(let name, let count):
            .any([.attributeNotExists(name), Attribute(name).size < .n(count)])
        }
    }
}
