import JobsysAWS
import Testing

@Suite struct DynamoDBBatchTests {
    private static func key(_ name: String) -> DynamoDB.Item { ["PK": .s(name)] }

    @Test("What a batch read left out is asked for again after growing pauses, with the same wishes")
    func batchGet() async throws {
        let fixture = Fixture([
            .response(
                200,
                [:],
                #"{"Responses":{"T":[]},"UnprocessedKeys":{"T":{"Keys":[{"PK":{"S":"a"}},{"PK":{"S":"b"}}]}}}"#
            ),
            .response(
                200,
                [:],
                #"{"Responses":{"T":[{"PK":{"S":"b"}}]},"UnprocessedKeys":{"T":{"Keys":[{"PK":{"S":"a"}}]}}}"#
            ),
            .response(200, [:], #"{"Responses":{"T":[{"PK":{"S":"a"}}]},"UnprocessedKeys":{}}"#),
        ])
        let read = DynamoDB.BatchGetItem([
            "T": .init(keys: [Self.key("a"), Self.key("b")], consistent: true, attributes: ["PK"])
        ])
        let output = try await fixture.client.complete(read)
        #expect(output == .init(items: ["T": [Self.key("b"), Self.key("a")]]))
        #expect(fixture.clock.sleeps == [.milliseconds(25), .milliseconds(50)])
        #expect(
            fixture.transport.sent.map(\.text).last
                == #"""
                {"RequestItems":{"T":{"Keys":[{"PK":{"S":"a"}}],"ConsistentRead":true,"ProjectionExpression":"#n0",\#
                "ExpressionAttributeNames":{"#n0":"PK"}}}}
                """#
        )
    }

    @Test("What a batch of writes leaves out to the last is told, and the number of requests is bounded")
    func batchWrite() async throws {
        let left =
            #"{"UnprocessedItems":{"T":[{"PutRequest":{"Item":{"PK":{"S":"a"}}}},{"DeleteRequest":{"Key":{"PK":{"S":"b"}}}}]}}"#
        let fixture = Fixture([.response(200, [:], left)])
        let writes: [DynamoDB.BatchWriteItem.Write] = [.put(Self.key("a")), .delete(key: Self.key("b"))]
        let write = DynamoDB.BatchWriteItem(["T": [.put(Self.key("c"))] + writes])
        #expect(try await fixture.client.complete(write, maxRequests: 3) == .init(unprocessed: ["T": writes]))
        #expect(fixture.clock.sleeps == [.milliseconds(25), .milliseconds(50)])
        let texts = fixture.transport.sent.map(\.text)
        #expect(texts.count == 3)
        #expect(texts[0].contains(#""S":"c""#))
        #expect(texts[1...] == [texts[2], texts[2]])
        #expect(!texts[2].contains(#""S":"c""#))
        #expect(try await fixture.client.perform(write).unprocessed == ["T": writes])
    }

    @Test("A batch that is done at once is one request")
    func noRemainder() async throws {
        let fixture = Fixture([.response(200)])
        let output = try await fixture.client.complete(DynamoDB.BatchWriteItem(["T": [.put(Self.key("a"))]]))
        #expect(output.unprocessed.isEmpty)
        #expect(fixture.transport.sent.count == 1)
        #expect(fixture.clock.sleeps.isEmpty)
    }

    @Test("An unprocessed write of a kind that is not known is an error, not lost")
    func unknownWrite() async throws {
        let fixture = Fixture([.response(200, [:], #"{"UnprocessedItems":{"T":[{"NewRequest":{}}]}}"#)])
        let error = try #require(try await fixture.failure(of: DynamoDB.BatchWriteItem(["T": [.put(Self.key("a"))]])))
        #expect(error.kind == .malformedResponse)
        #expect(error.message.contains("/UnprocessedItems/T/0"))
    }
}
