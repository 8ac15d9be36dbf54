import JobsysAWS
import Testing

@Suite struct MeteredTests {
    @Test("The consumption is told for the table and each index, read and write units apart")
    func indexes() async throws {
        let answer = #"""
            {"Attributes":{"n":{"N":"1"}},"ConsumedCapacity":{"TableName":"T","CapacityUnits":3,"WriteCapacityUnits":2.5,\#
            "ReadCapacityUnits":0.5,"Table":{"CapacityUnits":1.0,"New":{}},"LocalSecondaryIndexes":{"l":{"CapacityUnits":1}},\#
            "GlobalSecondaryIndexes":{"g":{"CapacityUnits":1,"WriteCapacityUnits":1},"h":null},"VectorIndexes":{"v":{}}}}
            """#
        let fixture = Fixture([.response(200, [:], answer)])
        let metered = try await fixture.client.perform(DynamoDB.Metered(Fixture.putNew))
        #expect(metered.output == .applied(["n": .n(1)]))
        #expect(
            metered.capacity == [
                .init(
                    table: "T",
                    units: .init(total: 3, read: 0.5, write: 2.5),
                    tableUnits: .init(total: 1),
                    localIndexes: ["l": .init(total: 1)],
                    globalIndexes: ["g": .init(total: 1, write: 1)]
                )
            ]
        )
    }

    @Test("A service that says nothing of the consumption is no error; a failed condition stays an outcome")
    func absent() async throws {
        let applied = try await Fixture([.response(200)]).client.perform(DynamoDB.Metered(Fixture.putNew))
        #expect(applied.output == .applied(nil))
        #expect(applied.capacity.isEmpty)
        let fixture = Fixture([.error(400, "ConditionalCheckFailedException")])
        let failed = try await fixture.client.perform(DynamoDB.Metered(Fixture.putNew))
        #expect(failed.output == .conditionFailed(existing: nil))
        #expect(fixture.transport.sent.count == 1)
    }

    @Test("What is asked for again adds up")
    func batches() async throws {
        let units = #""ConsumedCapacity":[{"TableName":"T","CapacityUnits":2}]"#
        let fixture = Fixture([
            .response(200, [:], #"{"UnprocessedItems":{"T":[{"DeleteRequest":{"Key":{"PK":{"S":"a"}}}}]},\#(units)}"#),
            .response(200, [:], "{\(units)}"),
        ])
        let write = DynamoDB.BatchWriteItem(["T": [.delete(key: ["PK": .s("a")])]])
        let metered = try await fixture.client.complete(DynamoDB.Metered(write))
        #expect(metered.output.unprocessed.isEmpty)
        #expect(metered.capacity == Array(repeating: .init(table: "T", units: .init(total: 2)), count: 2))
        #expect(fixture.transport.sent.allSatisfy { $0.text.contains(#""ReturnConsumedCapacity":"INDEXES""#) })
    }
}
