import JobsysAWS
public import JobsysCore

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
