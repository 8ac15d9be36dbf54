import FoundationEssentials
import JobsysAWS
import JobsysHTTP
import JobsysJSON

/// The emulator that the tests run against, with a table or queue of their own.
enum Emulator {
    static let endpoint = ProcessInfo.processInfo.environment["JOBSYS_TEST_ENDPOINT"]

    static func uniqueName() -> String { "jobsys-test-\(UUID().uuidString.lowercased())" }

    /// Runs a test with a client; the emulator's default key stands in for missing credentials.
    static func withClient(_ body: (AWSClient) async throws -> Void) async throws {
        var environment = ProcessInfo.processInfo.environment
        environment["AWS_ENDPOINT_URL"] = endpoint
        let defaults = ["AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"]
        environment.merge(defaults) { given, _ in given }
        let transport = try CurlTransport()
        let configuration = try AWSConfiguration(environment: environment, transport: transport)
        try await cleaningUp {
            try await body(AWSClient(configuration: configuration, transport: transport))
        } after: {
            await transport.shutdown()
        }
    }

    /// Runs a test with a table that has the keys and the indexes of the data plane.
    ///
    /// A sorted one has the sort key `SK` too, and one index alone, `kinds`, of the items that have `kind`, in the order of
    /// `SK`. Without a directory, the index of that name is missing, and without tenants the index `tenant`.
    static func withTable(
        isSorted: Bool = false,
        hasDirectory: Bool = true,
        hasTenants: Bool = true,
        _ body: (AWSClient, String) async throws -> Void
    ) async throws {
        try await withClient { client in
            let table = uniqueName()
            try await client.perform(
                CreateTable(table: table, isSorted: isSorted, hasDirectory: hasDirectory, hasTenants: hasTenants)
            )
            try await cleaningUp {
                while try await client.perform(DynamoDB.DescribeTable(table: table)).status != "ACTIVE" {
                    try await Task.sleep(for: .milliseconds(100))
                }
                try await body(client, table)
            } after: {
                try await client.perform(DeleteTable(table: table))
            }
        }
    }

    /// Runs a test with a standard queue, or with a FIFO queue as the data plane has them.
    static func withQueue(
        attributes: [String: String] = [:],
        isOrdered: Bool = false,
        _ body: (AWSClient, String) async throws -> Void
    ) async throws {
        try await withClient { client in
            let order = [
                "FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId",
            ]
            let all = isOrdered ? attributes.merging(order) { $1 } : attributes
            let name = uniqueName() + (all["FifoQueue"] == "true" ? ".fifo" : "")
            try await client.perform(CreateQueue(queueName: name, attributes: all))
            let url = try await client.perform(SQS.GetQueueUrl(queueName: name))
            try await cleaningUp {
                try await body(client, url)
            } after: {
                try await client.perform(DeleteQueue(queueURL: url))
            }
        }
    }

    /// Runs a test with a queue and its dead letters, which take what was received more often than `maxReceiveCount`.
    static func withDeadLetters(
        maxReceiveCount: Int,
        isOrdered: Bool = false,
        _ body: (AWSClient, _ queue: String, _ deadLetters: String) async throws -> Void
    ) async throws {
        try await withQueue(isOrdered: isOrdered) { client, deadLetters in
            let read = SQS.GetQueueAttributes(queueURL: deadLetters, names: ["QueueArn"])
            let policy: JSONValue = [
                "deadLetterTargetArn": .string(try await client.perform(read)["QueueArn"] ?? ""),
                "maxReceiveCount": .string(String(maxReceiveCount)),
            ]
            let attributes = ["RedrivePolicy": policy.serializedString]
            try await withQueue(attributes: attributes, isOrdered: isOrdered) { client, queue in
                try await body(client, queue, deadLetters)
            }
        }
    }

    private static func cleaningUp(
        _ body: () async throws -> Void,
        after cleanUp: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch {
            try await cleanUp()
            throw error
        }
        try await cleanUp()
    }
}

private struct CreateTable: AWSOperation {
    static let service = AWSService.dynamoDB
    static let name = "CreateTable"
    let table: String
    let isSorted: Bool
    let hasDirectory: Bool
    let hasTenants: Bool

    func encode(to writer: inout JSONWriter) {
        let keys = isSorted ? ["PK", "SK"] : ["PK"]
        let names = Set(keys + indexes.flatMap { [$0.hash, $0.range] }).sorted()
        let input: JSONObject = [
            "TableName": .string(table),
            "AttributeDefinitions": .array(names.map { ["AttributeName": .string($0), "AttributeType": "S"] }),
            "KeySchema": Self.schema(hash: "PK", range: isSorted ? "SK" : nil),
            "GlobalSecondaryIndexes": .array(indexes.map(\.json)),
            "BillingMode": "PAY_PER_REQUEST",
        ]
        writer.value(.object(input))
    }

    fileprivate static func schema(hash: String, range: String?) -> JSONValue {
        let key: JSONValue = ["AttributeName": .string(hash), "KeyType": "HASH"]
        guard let range else { return [key] }
        return [key, ["AttributeName": .string(range), "KeyType": "RANGE"]]
    }

    private struct Index {
        let name: String
        let hash: String
        let range: String
        var projection = "KEYS_ONLY"

        var json: JSONValue {
            [
                "IndexName": .string(name), "KeySchema": CreateTable.schema(hash: hash, range: range),
                "Projection": ["ProjectionType": .string(projection)],
            ]
        }
    }

    /// The indexes of the data plane's template, or that of a sorted table.
    private var indexes: [Index] {
        guard !isSorted else { return [Index(name: "kinds", hash: "kind", range: "SK", projection: "ALL")] }
        let directory = Index(name: "directory", hash: "kind", range: "kindSort", projection: "ALL")
        return (hasDirectory ? [directory] : []) + [
            Index(name: "timeline", hash: "timelineKey", range: "timelineSort"),
            Index(name: "incidents", hash: "incidentKey", range: "incidentSort"),
        ] + (hasTenants ? [Index(name: "tenant", hash: "tenantKey", range: "tenantSort")] : []) + [
            Index(name: "due", hash: "dueKey", range: "dueSort")
        ]
    }
}

private struct DeleteTable: AWSOperation {
    static let service = AWSService.dynamoDB
    static let name = "DeleteTable"
    let table: String

    func encode(to writer: inout JSONWriter) { writer.value(["TableName": .string(table)]) }
}

private struct CreateQueue: AWSOperation {
    static let service = AWSService.sqs
    static let name = "CreateQueue"
    let queueName: String
    let attributes: [String: String]

    func encode(to writer: inout JSONWriter) {
        writer.value([
            "QueueName": .string(queueName),
            "Attributes": .object(JSONObject(attributes.map { ($0.key, .string($0.value)) })),
        ])
    }
}

private struct DeleteQueue: AWSOperation {
    static let service = AWSService.sqs
    static let name = "DeleteQueue"
    let queueURL: String

    func encode(to writer: inout JSONWriter) { writer.value(["QueueUrl": .string(queueURL)]) }
}
