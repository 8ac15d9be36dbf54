public import JobsysAWS
public import JobsysCore
public import JobsysTime
import Logging

/// What the reconciler reads and writes, in the table of the jobs.
///
/// It reads the indexes `timeline` and `due`, which hold keys only, and then the jobs themselves.
public struct DynamoDBReconcilerStore: ReconcilerStore {
    let client: AWSClient
    let table: String
    private let indexShards: IndexShards

    /// Makes a store on a table that has the layout of `infra/cloudformation/data-plane.yaml`.
    public init(client: AWSClient, table: String, shards: IndexShards = .standard) {
        self.client = client
        self.table = table
        indexShards = shards
    }

    /// As many as an index spreads a tenant's day over.
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
        let partition = "\(Submission.defaultTenant)#\(place.createdAt.day)#\(shard)"
        let query = DynamoDB.Query(
            table: table,
            index: "timeline",
            keyCondition: Attribute(JobItem.timelineKey) == .s(partition)
                && Attribute(JobItem.timelineSort).isBetween(.s(low), and: .s(high)),
            limit: limit
        )
        return try await translatingErrors { try await client.perform(query) }.items
            .compactMap { $0[JobItem.timelineSort]?.string.flatMap(ReconcilerItem.place) }
    }

    /// Reads jobs, and warns of those that cannot be read.
    public func jobs(_ ids: [JobID], consistently: Bool) async throws -> [Job] {
        let keys = ids.compactMap { JobItem.key(of: $0)[JobItem.partitionKey]?.string }
        return try await client.items(of: table, keys: keys, consistently: consistently).values
            .compactMap { item in
                do {
                    return try Job(item: item)
                } catch {
                    Logger.current.warning("job cannot be read", metadata: ["error.message": "\(error)"])
                    return nil
                }
            }
    }

    /// Queries a shard of the due jobs.
    public func due(of shard: Int, through end: Timestamp, upTo limit: Int) async throws -> [DueJob] {
        let query = DynamoDB.Query(
            table: table,
            index: "due",
            keyCondition: Attribute(JobItem.dueKey) == .s("\(shard)")
                && Attribute(JobItem.dueSort) < .s("\(end + .milliseconds(1))"),
            limit: limit
        )
        return try await translatingErrors { try await client.perform(query) }.items
            .compactMap { $0[JobItem.dueSort]?.string.flatMap(ReconcilerItem.place) }
            .compactMap { place in place.id.map { DueJob(id: $0, at: place.createdAt) } }
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
