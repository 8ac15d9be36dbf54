public import JobsysAWS
public import JobsysCore
public import JobsysTime
import Logging
import Synchronization

/// What the reconciler reads and writes, in the table of the jobs.
///
/// It reads the indexes `timeline` and `due`, which hold keys only, and then the jobs themselves.
public struct DynamoDBReconcilerStore: ReconcilerStore {
    let client: AWSClient
    let table: String
    private let indexShards: IndexShards
    /// What somebody was warned of already.
    private let warned = BoundedSet()

    /// Makes a store on a table that has the layout of `infra/cloudformation/data-plane.yaml`.
    public init(client: AWSClient, table: String, shards: IndexShards = .standard) {
        self.client = client
        self.table = table
        indexShards = shards
    }

    /// As many as an index spreads a day over.
    public var shards: Int { indexShards.count }

    /// Reads the checkpoint.
    public func checkpoint() async throws -> ReconcilerCheckpoint? {
        let read = DynamoDB.GetItem(table: table, key: ReconcilerItem.checkpointKey, consistent: true)
        let item = try await translatingErrors { try await client.perform(read) }
        return item.flatMap { ReconcilerItem.checkpoint(from: $0, shards: shards) }
    }

    /// Puts the checkpoint in the place of the last one.
    public func save(_ checkpoint: ReconcilerCheckpoint) async throws {
        let write = DynamoDB.PutItem(table: table, item: ReconcilerItem.item(of: checkpoint))
        _ = try await translatingErrors { try await client.perform(write) }
    }

    /// Queries a day's shard of the timeline.
    public func timeline(
        of shard: Int,
        after place: TimelinePlace,
        before end: Timestamp,
        upTo limit: Int
    ) async throws -> [TimelinePlace] {
        // The next text in the order: an id is of fixed length, so no key lies between. An instant alone is before all
        // keys that begin with it, at either end.
        let low = ReconcilerItem.text(of: place) + (place.id == nil ? "" : "!")
        let high = end.description
        guard low <= high else { return [] }
        let partition = TimelineDay.partition(of: place.createdAt.day, shard)
        let query = DynamoDB.Query(
            table: table,
            index: "timeline",
            keyCondition: Attribute(JobItem.timelineKey) == .s(partition)
                && Attribute(JobItem.timelineSort).isBetween(.s(low), and: .s(high))
        )
        return try await keys(JobItem.timelineSort, of: query, upTo: limit)
            .map { TimelinePlace(createdAt: $0.at, id: $0.id) }
    }

    /// Reads jobs, and warns of those that cannot be read, of each once.
    public func jobs(_ ids: [JobID], consistently: Bool) async throws -> JobRecords {
        let keys = Dictionary(ids.map { (JobItem.partition(of: $0), $0) }) { first, _ in first }
        let items = try await client.items(of: table, keys: Array(keys.keys), consistently: consistently)
        var records = JobRecords()
        for (key, item) in items {
            do {
                records.jobs.append(try Job(item: item))
            } catch {
                if let id = keys[key] { records.unreadable.insert(id) }
                warnOnce(key, "job cannot be read", error)
            }
        }
        return records
    }

    /// Queries a shard of the due jobs.
    public func due(
        of shard: Int,
        after position: DueJob?,
        through end: Timestamp,
        upTo limit: Int
    ) async throws -> [DueJob] {
        // The next text in the order: an id is of fixed length, so no key lies between.
        let low = position.map { "\($0.at)#\($0.id)!" } ?? ""
        let high = (end + .milliseconds(1)).description
        guard low <= high else { return [] }
        let sort = Attribute(JobItem.dueSort)
        let query = DynamoDB.Query(
            table: table,
            index: "due",
            keyCondition: Attribute(JobItem.dueKey) == .s("\(shard)")
                && (low.isEmpty ? sort < .s(high) : sort.isBetween(.s(low), and: .s(high)))
        )
        return try await keys(JobItem.dueSort, of: query, upTo: limit).map { DueJob(id: $0.id, at: $0.at) }
    }

    /// The keys that a query of an index finds.
    ///
    /// Those that are no instant and id of a job are left out, and do not count: fewer than the limit are all.
    private func keys(
        _ sortKey: String,
        of query: DynamoDB.Query,
        upTo limit: Int
    ) async throws -> [(at: Timestamp, id: JobID)] {
        var query = query
        var keys: [(at: Timestamp, id: JobID)] = []
        while true {
            query.limit = limit - keys.count
            let page = try await translatingErrors { [query] in try await client.perform(query) }
            for item in page.items {
                let text = item[sortKey]?.string ?? ""
                if let place = ReconcilerItem.place(text), let id = place.id {
                    keys.append((place.createdAt, id))
                } else {
                    let key = item[JobItem.partitionKey]?.string ?? "an item without a key"
                    warnOnce("\(key) \(text)", "key of an index cannot be read", "\(key): \(sortKey) is \(text)")
                }
            }
            guard keys.count < limit, let next = page.lastEvaluatedKey else { return keys }
            query.exclusiveStartKey = next
        }
    }

    private func warnOnce(_ key: String, _ message: Logger.Message, _ detail: Any) {
        guard warned.insert(key) else { return }
        Logger.current.warning(message, metadata: ["error.message": "\(detail)"])
    }

    /// Removes the keys of the index `due`, and with them what is left of the schedule but the start.
    public func settle(_ due: DueJob, of job: Job, at now: Timestamp) async throws {
        let isDue = Attribute(JobItem.dueSort) == .s("\(due.at)#\(due.id)")
        let removal = Update().remove(JobItem.dueKey).remove(JobItem.dueSort)
        let isScheduled = job.status == .scheduled
        let write = DynamoDB.UpdateItem(
            table: table,
            key: JobItem.key(of: due.id),
            update: isScheduled
                ? removal.set(JobItem.status, .s(JobStatus.pending.rawValue)).set(JobItem.updatedAt, .time(now))
                : removal,
            condition: isScheduled ? isDue && Attribute(JobItem.status) == .s(JobStatus.scheduled.rawValue) : isDue
        )
        _ = try await translatingErrors { try await client.perform(write) }
    }
}

/// Remembers texts, up to a number.
private final class BoundedSet: Sendable {
    private let texts = Mutex<Set<String>>([])

    /// Adds a text; answers whether it is new.
    func insert(_ text: String) -> Bool {
        texts.withLock { texts in
            // Whoever has so many is warned of them anew, now and then.
            if texts.count >= Self.limit { texts = [] }
            return texts.insert(text).inserted
        }
    }

    private static let limit = 10_000
}
