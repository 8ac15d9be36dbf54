import JobsysAWS
import Testing

/// The operations on many items against the emulator.
@Suite(.enabled(if: Emulator.endpoint != nil, "JOBSYS_TEST_ENDPOINT is not set"))
struct DynamoDBBatchTests {
    private static func item(_ number: Int) -> DynamoDB.Item {
        let name = "\(number / 10)\(number % 10)"
        return ["PK": .s("a"), "SK": .s(name), "kind": .s(number % 2 == 0 ? "even" : "odd"), "n": .n(number)]
    }

    private static func key(_ number: Int) -> DynamoDB.Item {
        item(number).filter { ["PK", "SK"].contains($0.key) }
    }

    @Test("What was written in a batch is read in a batch, query by query and scan by scan")
    func batches() async throws {
        try await Emulator.withTable(isSorted: true) { client, table in
            let items = (0..<25).map(Self.item)
            let write = DynamoDB.BatchWriteItem([table: items.map { .put($0) }])
            #expect(try await client.complete(write).unprocessed.isEmpty)
            let read = DynamoDB.BatchGetItem([
                table: .init(keys: [Self.key(3), Self.key(99)], consistent: true, attributes: ["n"])
            ])
            #expect(try await client.complete(read) == .init(items: [table: [["n": .n(3)]]]))
            try await pages(client, table, items: items)
            let delete = DynamoDB.BatchWriteItem([table: (0..<25).map { .delete(key: Self.key($0)) }])
            #expect(try await client.complete(delete).unprocessed.isEmpty)
            #expect(try await client.perform(DynamoDB.Scan(table: table)).items.isEmpty)
        }
    }

    private func pages(_ client: AWSClient, _ table: String, items: [DynamoDB.Item]) async throws {
        let query = DynamoDB.Query(
            table: table,
            index: "kinds",
            keyCondition: DynamoDB.Attribute("kind") == .s("odd"),
            ascending: false,
            limit: 5
        )
        var odd: [DynamoDB.Item] = []
        var sizes: [Int] = []
        for try await page in client.pages(of: query) {
            odd += page.items
            sizes.append(page.items.count)
        }
        #expect(odd == items.filter { $0["kind"] == .s("odd") }.reversed())
        #expect(sizes.prefix(3) == [5, 5, 2])
        var scanned: Set<DynamoDB.Item> = []
        for index in 0..<2 {
            let scan = DynamoDB.Scan(table: table, segment: .init(index, of: 2), limit: 4, consistent: true)
            for try await page in client.pages(of: scan) { scanned.formUnion(page.items) }
        }
        #expect(scanned == Set(items))
        let filtered = DynamoDB.Scan(table: table, filter: DynamoDB.Attribute("n") < .n(2), attributes: ["n"])
        #expect(Set(try await client.perform(filtered).items) == [["n": .n(0)], ["n": .n(1)]])
    }

    @Test("A transaction reads items as they are, in the order of their keys")
    func transactGet() async throws {
        try await Emulator.withTable(isSorted: true) { client, table in
            _ = try await client.perform(DynamoDB.PutItem(table: table, item: Self.item(1)))
            let reads = [9, 1].map { DynamoDB.GetItem(table: table, key: Self.key($0)) }
            #expect(try await client.perform(DynamoDB.TransactGetItems(reads)) == [nil, Self.item(1)])
        }
    }

    @Test("Of statements with conditions each takes effect or fails for itself")
    func statements() async throws {
        try await Emulator.withTable { client, table in
            for name in ["a", "b"] {
                let item: DynamoDB.Item = ["PK": .s(name), "status": .s(name == "a" ? "PENDING" : "DONE")]
                _ = try await client.perform(DynamoDB.PutItem(table: table, item: item))
            }
            let claims = ["a", "b"]
                .map { name in
                    DynamoDB.BatchExecuteStatement.Statement(
                        #"UPDATE "\#(table)" SET status = ? WHERE PK = ? AND status = ? RETURNING ALL NEW *"#,
                        parameters: [.s("RUNNING"), .s(name), .s("PENDING")],
                        returnsExistingOnFailure: true
                    )
                }
            let outcomes = try await client.perform(DynamoDB.BatchExecuteStatement(claims))
            try #require(outcomes.count == 2)
            #expect(outcomes[0] == .done(["PK": .s("a"), "status": .s("RUNNING")]))
            guard case .failed(let failure) = outcomes[1] else {
                Issue.record("the condition held")
                return
            }
            #expect(failure.isConditionFailure)
            #expect(failure.item == ["PK": .s("b"), "status": .s("DONE")])
            let reads = ["a", "b"]
                .map { name in
                    DynamoDB.BatchExecuteStatement.Statement(
                        #"SELECT status FROM "\#(table)" WHERE PK = ?"#,
                        parameters: [.s(name)],
                        consistent: true
                    )
                }
            let states = try await client.perform(DynamoDB.BatchExecuteStatement(reads))
            #expect(states == [.done(["status": .s("RUNNING")]), .done(["status": .s("DONE")])])
        }
    }

    @Test("What an operation consumed is told for the table and its index")
    func capacity() async throws {
        try await Emulator.withTable(isSorted: true) { client, table in
            let put = DynamoDB.PutItem(table: table, item: Self.item(1))
            let capacity = try #require(try await client.perform(DynamoDB.Metered(put)).capacity.first)
            #expect(capacity.table == table)
            #expect(capacity.units.total == 2)
            #expect(capacity.tableUnits?.total == 1)
            #expect(capacity.globalIndexes["kinds"]?.total == 1)
            let write = DynamoDB.BatchWriteItem([table: [.put(Self.item(2))]])
            #expect(try await client.complete(DynamoDB.Metered(write)).capacity.map(\.table) == [table])
        }
    }
}
