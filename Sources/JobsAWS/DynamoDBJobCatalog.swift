public import AWS
public import Jobs

/// Lists of jobs and incidents, from the indexes `timeline` and `incidents` of the table.
///
/// The indexes hold keys alone; the items are read from the table, as they are now, give or take a second: reads are
/// eventually consistent, as those of the indexes are anyway.
///
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
public struct DynamoDBJobCatalog: JobCatalog {
    private let client: AWSClient
    private let table: String

    /// Makes a catalog of a table that has the layout of `infra/cloudformation/data-plane.yaml`.
    public init(client: AWSClient, table: String) {
        self.client = client
        self.table = table
    }

    /// Lists jobs day by day, merging the shards of each.
    public func jobs(_ query: JobQuery) async throws -> Listing<Job> {
        let walk = IndexWalk(section: query.section, isUnfiltered: query.isUnfiltered)
        return try await walk.listing { position, count in
            try await look(at: TimelineDay(tenant: query.section.tenant, before: position), count: count)
        } read: { keys in
            try await items(keys)
                .map { item in
                    guard let job = try item.map({ try Job(item: $0) }) else { return nil }
                    return query.matches(job) ? job : nil
                }
        }
    }

    /// Lists open incidents from the sparse index.
    public func openIncidents(_ query: IncidentQuery) async throws -> Listing<Incident> {
        let walk = IndexWalk(section: query.section, isUnfiltered: query.isUnfiltered)
        return try await walk.listing { position, count in
            try await look(into: .incidents, query.section.tenant, before: position, count: count)
        } read: { keys in
            try await items(keys)
                .map { item in
                    guard let incident = try item.map({ try IncidentItem.incident(from: $0) }) else { return nil }
                    return query.matches(incident) ? incident : nil
                }
        }
    }

    private func look(at day: TimelineDay, count: Int) async throws -> IndexSlice {
        try await withThrowingTaskGroup(of: IndexSlice.self) { group in
            for shard in day.shards {
                group.addTask { try await look(into: .timeline, shard, before: day.position, count: count) }
            }
            return day.merged(try await group.reduce(into: []) { $0.append($1) })
        }
    }

    /// The newest keys of one partition of an index that lie before a position.
    private func look(
        into index: ListIndex,
        _ partition: String,
        before position: ListPosition,
        count: Int
    ) async throws -> IndexSlice {
        let query = DynamoDB.Query(
            table: table,
            index: index.name,
            keyCondition: Attribute(index.partitionKey) == .s(partition)
                && Attribute(index.sortKey) < .s(position.description),
            ascending: false,
            limit: count
        )
        let page = try await translatingErrors { try await client.perform(query) }
        let keys = try page.items.map { try index.key(of: $0) }
        return IndexSlice(keys: keys, rest: page.lastEvaluatedKey == nil ? nil : keys.last?.position ?? position)
    }

    /// The items behind keys, in their order, nil for one that is gone; ten reads at a time.
    private func items(_ keys: [IndexKey]) async throws -> [Item?] {
        try await withThrowingTaskGroup(of: (Int, Item?).self) { group in
            var items = [Item?](repeating: nil, count: keys.count)
            for (index, key) in keys.enumerated() {
                if index >= 10, let (done, item) = try await group.next() { items[done] = item }
                let read = DynamoDB.GetItem(table: table, key: [JobItem.partitionKey: .s(key.partitionKey)])
                group.addTask { (index, try await translatingErrors { try await client.perform(read) }) }
            }
            for try await (done, item) in group { items[done] = item }
            return items
        }
    }
}
