public import JobsysAWS
public import JobsysCore
import Logging
import Synchronization

/// Lists of jobs and incidents, from the indexes `timeline` and `incidents` of the table, and those of one tenant from `tenant`.
///
/// A table that has no index `tenant`, or where it is not filled yet, has a tenant's lists read from those of all, with what is
/// others' left out; that is warned of once. So are the lists of the default tenant, whose jobs `tenant` does not hold.
///
/// The indexes hold keys alone; the items are read from the table, as they are now, give or take a second: reads are
/// eventually consistent, as those of the indexes are anyway.
///
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
public struct DynamoDBJobCatalog: JobCatalog {
    let client: AWSClient
    let table: String
    let shards: IndexShards
    private let unreadable = UnreadableRecordLog()
    private let tenantIndex = TenantIndexLog()

    /// Makes a catalog of a table that has the layout of `infra/cloudformation/data-plane.yaml`.
    public init(client: AWSClient, table: String, shards: IndexShards = .standard) {
        self.client = client
        self.table = table
        self.shards = shards
    }

    /// Lists jobs day by day, merging the shards of each.
    public func jobs(_ query: JobQuery) async throws -> Listing<Job> {
        try await listing(for: query.section.tenant) { tenant in try await jobs(query, of: tenant) }
    }

    /// Lists jobs from the index of one tenant's, or from that of all.
    private func jobs(_ query: JobQuery, of tenant: String?) async throws -> Listing<Job> {
        let walk = IndexWalk(section: query.section, isUnfiltered: query.isUnfiltered && tenant == query.section.tenant)
        return try await walk.listing { look in
            try await days(of: query.section, for: look, of: tenant)
        } read: { keys in
            try await items(keys)
                .map { item in
                    guard let job = read(item, Job.init(item:)) else { return nil }
                    return query.matches(job) ? job : nil
                }
        }
    }

    /// Lists open incidents from the sparse index.
    public func openIncidents(_ query: IncidentQuery) async throws -> Listing<Incident> {
        try await listing(for: query.section.tenant) { tenant in try await openIncidents(query, of: tenant) }
    }

    /// Lists open incidents from the index of one tenant's, or from that of all.
    private func openIncidents(_ query: IncidentQuery, of tenant: String?) async throws -> Listing<Incident> {
        let walk = IndexWalk(section: query.section, isUnfiltered: query.isUnfiltered && tenant == query.section.tenant)
        let (index, list) =
            tenant.map { (ListIndex.tenant, IncidentItem.openList(of: $0)) } ?? (.incidents, IncidentItem.openList)
        return try await walk.listing { look in
            try await keys(of: index, list, before: look.position, count: look.count)
        } read: { keys in
            try await items(keys)
                .map { item in
                    guard let incident = read(item, IncidentItem.incident(from:)) else { return nil }
                    return query.matches(incident) ? incident : nil
                }
        }
    }

    /// Lists from the index of one tenant's, if it has one that can be read, and else from that of all.
    private func listing<Element>(
        for tenant: String?,
        _ list: (String?) async throws -> Listing<Element>
    ) async throws -> Listing<Element> {
        guard let tenant, tenant != Submission.defaultTenant else { return try await list(nil) }
        do {
            return try await list(tenant)
        } catch let error as DependencyError where error.refusesRequest {
            // A query of an index that is not there, or not filled yet, is refused; nothing else is wrong with ours.
            tenantIndex.warn(of: error)
            return try await list(nil)
        }
    }

    /// The newest keys of some days that follow each other, side by side, up to the day that has more than was asked for.
    private func days(of section: ListSection, for look: IndexLook, of tenant: String?) async throws -> IndexSlice {
        let days = TimelineDay.days(of: section, before: look.position, upTo: look.parts)
        let slices = try await withThrowingTaskGroup(of: (Int, IndexSlice).self) { group in
            for (index, day) in days.enumerated() {
                group.addTask { (index, try await keys(of: day, tenant, count: look.count)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        var joined = IndexSlice(keys: [], rest: look.position)
        for (index, day) in days.enumerated() {
            guard joined.rest == day.position, let slice = slices[index] else { break }
            joined = IndexSlice(keys: joined.keys + slice.keys, rest: slice.rest)
        }
        return joined
    }

    private func keys(of day: TimelineDay, _ tenant: String?, count: Int) async throws -> IndexSlice {
        let index = tenant == nil ? ListIndex.timeline : .tenant
        return try await withThrowingTaskGroup(of: IndexSlice.self) { group in
            for shard in day.partitions(shards, of: tenant) {
                group.addTask { try await keys(of: index, shard, before: day.position, count: count) }
            }
            return day.merged(try await group.reduce(into: []) { $0.append($1) })
        }
    }

    /// The newest keys of one partition of an index that lie before a position.
    ///
    /// Keys that cannot be read are left out. Where a page has no other it says no position to go on from, and so the next one is
    /// read at once.
    private func keys(
        of index: ListIndex,
        _ partition: String,
        before position: ListPosition,
        count: Int
    ) async throws -> IndexSlice {
        var query = DynamoDB.Query(
            table: table,
            index: index.name,
            keyCondition: Attribute(index.partitionKey) == .s(partition)
                && Attribute(index.sortKey) < .s(position.description),
            ascending: false,
            limit: count
        )
        while true {
            let page = try await translatingErrors { [query] in try await client.perform(query) }
            let keys = page.items.compactMap { read($0, index.key(of:)) }
            guard let next = page.lastEvaluatedKey else { return IndexSlice(keys: keys, rest: nil) }
            if let last = keys.last { return IndexSlice(keys: keys, rest: last.position) }
            query.exclusiveStartKey = next
            query.limit = max(count, Self.pageAfterUnreadable)
        }
    }

    /// How many keys are asked for behind some that cannot be read, so that many of them do not take a call each.
    private static let pageAfterUnreadable = 100

    /// Reads an item, unless it is gone or cannot be read: then it is left out, and warned of once.
    private func read<Element>(_ item: Item?, _ read: (Item) throws -> Element) -> Element? {
        guard let item else { return nil }
        do {
            return try read(item)
        } catch {
            unreadable.warn(of: error, key: item[JobItem.partitionKey]?.string ?? "")
            return nil
        }
    }

    /// The items behind keys, in their order, nil for one that is gone.
    private func items(_ keys: [IndexKey]) async throws -> [Item?] {
        let items = try await client.items(of: table, keys: keys.map(\.partitionKey), consistently: false)
        return keys.map { items[$0.partitionKey] }
    }
}

/// Warns once of a table without an index `tenant` that can be read.
private final class TenantIndexLog: Sendable {
    private let hasWarned = Mutex(false)

    func warn(of error: DependencyError) {
        let isFirst = hasWarned.withLock { hasWarned in
            defer { hasWarned = true }
            return !hasWarned
        }
        Logger.current.log(
            level: isFirst ? .warning : .debug,
            "index tenant cannot be read: lists of tenants are read from those of all; deploy infra/cloudformation/data-plane.yaml",
            metadata: ["error.message": "\(error.message)"]
        )
    }
}

extension DynamoDBJobCatalog: OpenJobCounter {
    /// Counts the keys of the tenant's lists in the sparse index `incidents`, one shard after the other.
    ///
    /// A unit of read capacity is worth about 50 of them, and no more are read than are asked for.
    ///
    /// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Other.html#Query.Count
    public func openJobs(of tenant: String, upTo limit: Int) async throws -> Int {
        var count = 0
        for shard in 0..<shards.count {
            var query = DynamoDB.Query(
                table: table,
                index: ListIndex.incidents.name,
                keyCondition: Attribute(JobItem.openKey) == .s(JobItem.openList(of: tenant, shard)),
                countsOnly: true
            )
            repeat {
                guard count < limit else { return count }
                query.limit = limit - count
                let page = try await translatingErrors { [query] in try await client.perform(query) }
                count += page.count
                query.exclusiveStartKey = page.lastEvaluatedKey
            } while query.exclusiveStartKey != nil
        }
        return count
    }
}
