import HTTPTypes
import JobsysAWS
import Testing

@Suite struct DynamoDBTests {
    private static let key: DynamoDB.Item = ["PK": .s("a")]

    @Test("GetItem sends exactly these bytes and fields")
    func getItem() async throws {
        let fixture = Fixture([.response(200, [:], #"{"Item":{"PK":{"S":"a"},"n":{"N":"7"}},"New":[{}]}"#)])
        let item = try await fixture.client.perform(
            DynamoDB.GetItem(table: "T", key: Self.key, consistent: true, attributes: ["PK", "n"])
        )
        #expect(item == ["PK": .s("a"), "n": .n("7")])
        let sent = try #require(fixture.transport.sent.first)
        #expect(
            sent.text == #"""
                {"TableName":"T","Key":{"PK":{"S":"a"}},"ProjectionExpression":"#n0, #n1",\#
                "ExpressionAttributeNames":{"#n0":"PK","#n1":"n"},"ConsistentRead":true}
                """#
        )
        #expect(sent.url == "https://dynamodb.eu-central-1.amazonaws.com/")
        #expect(sent.request.method == .post)
        let authorization = try #require(sent.field("authorization"))
        #expect(
            authorization.hasPrefix(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders="
                    + "amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-date;x-amz-target, Signature="
            )
        )
        #expect(
            fields(of: sent) == [
                "amz-sdk-invocation-id: invocation", "amz-sdk-request: attempt=1; max=4",
                "authorization: \(authorization)", "content-type: application/x-amz-json-1.0",
                "x-amz-date: 20260101T000000Z", "x-amz-target: DynamoDB_20120810.GetItem",
            ]
        )
    }

    @Test("No item is nil")
    func noItem() async throws {
        #expect(try await Fixture([.response(200)]).client.perform(Fixture.getItem) == nil)
    }

    @Test("PutItem sends item and condition, and reads the old item")
    func putItem() async throws {
        let operation = DynamoDB.PutItem(
            table: "T",
            item: ["b": .n(1), "PK": .s("a")],
            condition: .attributeNotExists("PK"),
            returning: .allOld,
            returnsExistingOnFailure: true
        )
        let fixture = Fixture([.response(200, [:], #"{"Attributes":{"PK":{"S":"old"}}}"#)])
        #expect(try await fixture.client.perform(operation) == .applied(["PK": .s("old")]))
        try expectSent(
            fixture,
            "DynamoDB_20120810.PutItem",
            #"""
            {"TableName":"T","Item":{"PK":{"S":"a"},"b":{"N":"1"}},"ConditionExpression":"attribute_not_exists(#n0)",\#
            "ExpressionAttributeNames":{"#n0":"PK"},"ReturnValuesOnConditionCheckFailure":"ALL_OLD",\#
            "ReturnValues":"ALL_OLD"}
            """#
        )
    }

    @Test(
        "A failed condition is a value with the item that is there, after one attempt",
        arguments: [
            (#","Item":{"PK":{"S":"x"}}"#, ["PK": .s("x")]), ("", nil),
        ] as [(String, DynamoDB.Item?)]
    )
    func conditionFailed(member: String, existing: DynamoDB.Item?) async throws {
        let body =
            #"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"m"\#(member)}"#
        let fixture = Fixture([.response(400, [:], body)])
        let update = DynamoDB.UpdateItem(table: "T", key: Self.key, update: .init())
        let delete = DynamoDB.DeleteItem(table: "T", key: Self.key)
        #expect(try await fixture.client.perform(Fixture.putNew) == .conditionFailed(existing: existing))
        #expect(try await fixture.client.perform(update) == .conditionFailed(existing: existing))
        #expect(try await fixture.client.perform(delete) == .conditionFailed(existing: existing))
        #expect(fixture.transport.sent.count == 3)
    }

    @Test("UpdateItem shares its aliases between update and condition")
    func updateItem() async throws {
        let operation = DynamoDB.UpdateItem(
            table: "T",
            key: Self.key,
            update: .init().set("status", .s("RUNNING")).add("attempts", 1),
            condition: DynamoDB.Attribute("status") == .s("PENDING"),
            returning: .allNew,
            returnsExistingOnFailure: true
        )
        let fixture = Fixture([.response(200)])
        #expect(try await fixture.client.perform(operation) == .applied(nil))
        try expectSent(
            fixture,
            "DynamoDB_20120810.UpdateItem",
            #"""
            {"TableName":"T","Key":{"PK":{"S":"a"}},"UpdateExpression":"SET #n0 = :v0 ADD #n1 :v1",\#
            "ConditionExpression":"#n0 = :v2","ExpressionAttributeNames":{"#n0":"status","#n1":"attempts"},\#
            "ExpressionAttributeValues":{":v0":{"S":"RUNNING"},":v1":{"N":"1"},":v2":{"S":"PENDING"}},\#
            "ReturnValuesOnConditionCheckFailure":"ALL_OLD","ReturnValues":"ALL_NEW"}
            """#
        )
    }

    @Test("DeleteItem and DescribeTable send exactly these bytes")
    func deleteAndDescribe() async throws {
        let delete = Fixture([.response(200)])
        _ = try await delete.client.perform(DynamoDB.DeleteItem(table: "T", key: Self.key))
        try expectSent(delete, "DynamoDB_20120810.DeleteItem", #"{"TableName":"T","Key":{"PK":{"S":"a"}}}"#)
        let describe = Fixture([.response(200, [:], #"{"Table":{"TableStatus":"ACTIVE","TableArn":"arn"}}"#)])
        let table = try await describe.client.perform(DynamoDB.DescribeTable(table: "T"))
        #expect(table == .init(status: "ACTIVE", arn: "arn"))
        try expectSent(describe, "DynamoDB_20120810.DescribeTable", #"{"TableName":"T"}"#)
    }

    @Test("A description without the table's status is refused", arguments: ["{}", #"{"Table":{"TableArn":"arn"}}"#])
    func describeNothing(answer: String) async throws {
        let error = try await Fixture([.response(200, [:], answer)]).failure(of: DynamoDB.DescribeTable(table: "T"))
        #expect(error?.kind == .malformedResponse)
        #expect(error?.message.contains("Table.TableStatus") == true)
    }

    @Test("Query sends exactly these bytes and reads a page")
    func query() async throws {
        let body = #"{"Items":[{"PK":{"S":"a"}}],"Count":1,"LastEvaluatedKey":{"PK":{"S":"a"}}}"#
        let fixture = Fixture([.response(200, [:], body)])
        let page = try await fixture.client.perform(
            DynamoDB.Query(
                table: "T",
                index: "timeline",
                keyCondition: DynamoDB.Attribute("bucket") == .s("b") && DynamoDB.Attribute("sort") > .s("c"),
                filter: .attributeExists("x"),
                ascending: false,
                limit: 5,
                exclusiveStartKey: Self.key,
                attributes: ["PK"]
            )
        )
        #expect(page == .init(items: [Self.key], lastEvaluatedKey: Self.key))
        try expectSent(
            fixture,
            "DynamoDB_20120810.Query",
            #"""
            {"TableName":"T","IndexName":"timeline","KeyConditionExpression":"#n0 = :v0 AND #n1 > :v1",\#
            "FilterExpression":"attribute_exists(#n2)","ProjectionExpression":"#n3",\#
            "ExpressionAttributeNames":{"#n0":"bucket","#n1":"sort","#n2":"x","#n3":"PK"},\#
            "ExpressionAttributeValues":{":v0":{"S":"b"},":v1":{"S":"c"}},"ScanIndexForward":false,"Limit":5,\#
            "ExclusiveStartKey":{"PK":{"S":"a"}}}
            """#
        )
    }

    @Test("Query asks for a number alone, and reads it")
    func count() async throws {
        let fixture = Fixture([.response(200, [:], #"{"Count":7,"ScannedCount":7}"#)])
        let page = try await fixture.client.perform(
            DynamoDB.Query(
                table: "T",
                index: "incidents",
                keyCondition: DynamoDB.Attribute("bucket") == .s("b"),
                limit: 7,
                countsOnly: true
            )
        )
        #expect(page == .init(items: [], count: 7))
        try expectSent(
            fixture,
            "DynamoDB_20120810.Query",
            #"""
            {"TableName":"T","IndexName":"incidents","KeyConditionExpression":"#n0 = :v0",\#
            "ExpressionAttributeNames":{"#n0":"bucket"},"ExpressionAttributeValues":{":v0":{"S":"b"}},\#
            "Select":"COUNT","Limit":7}
            """#
        )
    }

    private static let transaction = DynamoDB.TransactWriteItems(
        actions: [
            .put(.init(table: "T", item: key, condition: .attributeNotExists("PK"))),
            .update(.init(table: "T", key: key, update: .init().remove("x"))),
            .delete(.init(table: "T", key: key)),
            .conditionCheck(.init(table: "T", key: key, condition: .attributeExists("PK"))),
        ],
        clientRequestToken: "token"
    )

    @Test("TransactWriteItems sends exactly these bytes")
    func transact() async throws {
        let fixture = Fixture([.response(200)])
        #expect(try await fixture.client.perform(Self.transaction) == .committed)
        try expectSent(
            fixture,
            "DynamoDB_20120810.TransactWriteItems",
            #"""
            {"TransactItems":[{"Put":{"TableName":"T","Item":{"PK":{"S":"a"}},\#
            "ConditionExpression":"attribute_not_exists(#n0)","ExpressionAttributeNames":{"#n0":"PK"}}},\#
            {"Update":{"TableName":"T","Key":{"PK":{"S":"a"}},"UpdateExpression":"REMOVE #n0",\#
            "ExpressionAttributeNames":{"#n0":"x"}}},{"Delete":{"TableName":"T","Key":{"PK":{"S":"a"}}}},\#
            {"ConditionCheck":{"TableName":"T","Key":{"PK":{"S":"a"}},\#
            "ConditionExpression":"attribute_exists(#n0)","ExpressionAttributeNames":{"#n0":"PK"}}}],\#
            "ClientRequestToken":"token"}
            """#
        )
    }

    @Test(
        "A cancelled transaction is repeated when all that failed may pass, else it is a value",
        arguments: [
            (["None", "TransactionConflict"], 4, 25), (["TransactionConflict", "ThrottlingError"], 4, 1000),
            (["ProvisionedThroughputExceeded"], 4, 1000), (["ConditionalCheckFailed", "None"], 1, nil),
            (["ConditionalCheckFailed", "TransactionConflict"], 1, nil), (["ValidationError"], 1, nil),
        ] as [([String], Int, Int?)]
    )
    func cancelled(codes: [String], attempts: Int, firstDelay: Int?) async throws {
        let reasons = codes.map { #"{"Code":"\#($0)","Message":null}"# }.joined(separator: ",")
        let body = #"{"__type":"ns#TransactionCanceledException","Message":"m","CancellationReasons":[\#(reasons)]}"#
        let fixture = Fixture([.response(400, [:], body)])
        let outcome = try await fixture.client.perform(Self.transaction)
        #expect(outcome == .cancelled(codes.map { DynamoDB.CancellationReason(code: $0) }))
        #expect(fixture.transport.sent.count == attempts)
        #expect(fixture.clock.sleeps.first == firstDelay.map { .milliseconds($0) })
        #expect(Set(fixture.transport.sent.map(\.text)).count == 1)
    }

    @Test("A reason carries code, message and item")
    func reason() async throws {
        let body = #"""
            {"__type":"TransactionCanceledException","CancellationReasons":[{"Code":"None"},\#
            {"Code":"ConditionalCheckFailed","Message":"no","Item":{"PK":{"S":"a"}}}]}
            """#
        let fixture = Fixture([.response(400, [:], body)])
        #expect(
            try await fixture.client.perform(Self.transaction)
                == .cancelled([
                    .init(code: "None"), .init(code: "ConditionalCheckFailed", message: "no", item: ["PK": .s("a")]),
                ])
        )
    }

    @Test("A configured path is kept before the operation's own")
    func pathPrefix() async throws {
        let endpoints = EndpointResolver(shared: Endpoint(url: "http://localhost:4566/aws/"))
        let fixture = Fixture([.response(200)], endpoints: endpoints)
        _ = try await fixture.client.perform(Fixture.getItem)
        #expect(fixture.transport.sent.map(\.url) == ["http://localhost:4566/aws/"])
    }
}
