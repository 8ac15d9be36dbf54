public import JobsysAWS
public import JobsysCore

/// Jobs and incidents in one DynamoDB table.
///
/// Every change is one conditional write, and what the condition's failure brings back says what to do: nothing is read
/// before it is written.
///
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
public struct DynamoDBJobStore: JobStore {
    let client: AWSClient
    let table: String
    let shards: IndexShards
    let isCounted: @Sendable (String) -> Bool
    let claims: RequestTemplate<ClaimWrite.Blank>
    let sensitiveClaims: RequestTemplate<ClaimWrite.Blank>
    let successes: RequestTemplate<SuccessWrite.Blank>

    /// Makes a store on a table that has the layout of `infra/cloudformation/data-plane.yaml`.
    ///
    /// - Parameters:
    ///   - client: Reaches the table.
    ///   - table: Its name.
    ///   - shards: Over how many partitions of each index jobs are spread.
    ///   - isCounted: Whether jobs of a tenant that are made or redriven here are counted for as long as they are open, which
    ///     costs two writes of the index more for each.
    public init(
        client: AWSClient,
        table: String,
        shards: IndexShards = .standard,
        isCounted: @escaping @Sendable (_ tenant: String) -> Bool = { _ in false }
    ) {
        self.client = client
        self.table = table
        self.shards = shards
        self.isCounted = isCounted
        claims = ClaimWrite.template(table: table)
        sensitiveClaims = ClaimWrite.sensitiveTemplate(table: table)
        successes = SuccessWrite.template(table: table)
    }

    /// Puts a job, unless one of its id is there.
    public func create(_ job: Job) async throws -> Creation {
        let creation = JobCreation(job: job, table: table, shards: shards, isCounted: isCounted(job.tenant))
        switch try await translatingErrors({ try await client.perform(creation) }) {
        case .applied:
            return .created
        case .conditionFailed(let existing):
            return Creation(of: job, over: try Job(item: try present(existing)))
        }
    }

    /// Reads a job, with everything that was written before.
    public func job(_ id: JobID) async throws -> Job? {
        let read = DynamoDB.GetItem(table: table, key: JobItem.key(of: id), consistent: true)
        let item = try await translatingErrors { try await client.perform(read) }
        return try item.map { try Job(item: $0) }
    }

    /// Throws if it cannot be reached.
    public func checkReachable() async throws {
        // A key that no job has: the cheapest read, with no permission that the services do not need anyway.
        let read = DynamoDB.GetItem(table: table, key: [JobItem.partitionKey: .s("JOB#-")], consistent: false)
        _ = try await translatingErrors { try await client.perform(read) }
    }

    /// The item that a failed condition must have brought back.
    func present(_ existing: Item?) throws(DependencyError) -> Item {
        guard let existing else {
            throw DependencyError(
                dependency: AWSService.dynamoDB.endpointPrefix,
                code: "MissingItem",
                message: "a condition failed, but the answer did not say on what",
                isTransient: true
            )
        }
        return existing
    }
}
