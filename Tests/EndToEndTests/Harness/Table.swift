import JobsysAWS

/// The table, as the tests look into it.
struct Table: Sendable {
    let aws: AWSAccess
    let name: String

    /// The item of a key, as the table has it now.
    func item(_ key: String) async throws -> DynamoDB.Item? {
        let read = DynamoDB.GetItem(table: name, key: ["PK": .s(key)], consistent: true)
        return try await aws.client.perform(read)
    }

    /// The item of a key as soon as there is one.
    func item(_ key: String, within limit: Duration) async throws -> DynamoDB.Item {
        try await eventually(within: limit, "the table has \(key)") { try await item(key) }
    }

    /// The keys of all open incidents, as operators would list them.
    func openIncidents() async throws -> [String] {
        let query = DynamoDB.Query(
            table: name,
            index: "incidents",
            keyCondition: DynamoDB.Attribute("incidentKey") == .s("default")
        )
        return try await aws.client.perform(query).items.compactMap { $0["PK"]?.string }
    }
}
