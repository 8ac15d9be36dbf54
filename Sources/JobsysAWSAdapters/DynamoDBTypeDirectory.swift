public import JobsysAWS
public import JobsysCore
public import JobsysTime

/// Which job types workers offer, as items `TYPE#<name>` of the table.
public struct DynamoDBTypeDirectory: TypeDirectory {
    private let client: AWSClient
    private let table: String

    /// Makes a directory in the table that has the layout of `infra/cloudformation/data-plane.yaml`.
    public init(client: AWSClient, table: String) {
        self.client = client
        self.table = table
    }

    /// Notes in each type's item when it was last offered.
    public func announce(_ types: [String], at now: Timestamp) async throws {
        for type in types {
            let write = DynamoDB.UpdateItem(
                table: table,
                key: Self.key(of: type),
                update: Update().set(Self.offeredAt, .time(now))
            )
            _ = try await translatingErrors { try await client.perform(write) }
        }
    }

    /// Reads a type's item; one that cannot be read was never offered, as far as this version knows.
    public func lastOffered(_ type: String) async throws -> Timestamp? {
        let read = DynamoDB.GetItem(table: table, key: Self.key(of: type), consistent: true)
        let item = try await translatingErrors { try await client.perform(read) }
        return item?[Self.offeredAt]?.string.flatMap { Timestamp($0) }
    }

    private static func key(of type: String) -> Item {
        [JobItem.partitionKey: .s("TYPE#\(type)")]
    }

    private static let offeredAt = "offeredAt"
}
