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
}
