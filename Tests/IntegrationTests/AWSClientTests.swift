import FoundationEssentials
import JobsysAWS
import Testing

/// Every operation against the emulator at `JOBSYS_TEST_ENDPOINT`; credentials and region come from the environment.
@Suite(.enabled(if: Emulator.endpoint != nil, "JOBSYS_TEST_ENDPOINT is not set"))
struct AWSClientTests {
    @Test("Writes with conditions take effect or bring the item that is there")
    func conditionalWrites() async throws {
        try await Emulator.withTable { client, table in
            let key: DynamoDB.Item = ["PK": .s("JOB#1")]
            let item: DynamoDB.Item = [
                "PK": .s("JOB#1"), "status": .s("PENDING"), "attempts": .n(0), "payload": .b([0, 1, 255]),
                "flags": .m(["on": .bool(true), "off": .null]), "list": .l([.s("é\"\u{1F600}"), .n("1.5")]),
                "tags": .ss(["a"]), "gone": .s("x"),
            ]
            let put = DynamoDB.PutItem(
                table: table,
                item: item,
                condition: .attributeNotExists("PK"),
                returnsExistingOnFailure: true
            )
            #expect(try await client.perform(put) == .applied(nil))
            #expect(try await client.perform(put) == .conditionFailed(existing: item))
            #expect(try await client.perform(DynamoDB.GetItem(table: table, key: key, consistent: true)) == item)
            let some = DynamoDB.GetItem(table: table, key: key, consistent: true, attributes: ["status"])
            #expect(try await client.perform(some) == ["status": .s("PENDING")])
            try await updates(client, table, key: key, item: item)
            let delete = DynamoDB.DeleteItem(
                table: table,
                key: key,
                condition: DynamoDB.Attribute("attempts") >= .n(1),
                returning: .allOld
            )
            guard case .applied(let old?) = try await client.perform(delete) else {
                Issue.record("the item was not removed")
                return
            }
            #expect(old["status"] == .s("RUNNING"))
            #expect(try await client.perform(delete) == .conditionFailed(existing: nil))
            #expect(try await client.perform(DynamoDB.GetItem(table: table, key: key)) == nil)
        }
    }

    private func updates(
        _ client: AWSClient,
        _ table: String,
        key: DynamoDB.Item,
        item: DynamoDB.Item
    ) async throws {
        let status = DynamoDB.Attribute("status")
        let claim = DynamoDB.UpdateItem(
            table: table,
            key: key,
            update: .init().set("status", .s("RUNNING")).setIfNotExists("startedAt", .s("now")).add("attempts", 1)
                .remove("gone").delete("tags", .ss(["a"])),
            condition: (status.isIn([.s("PENDING"), .s("RETRYING")]) || status == .s("NONE"))
                && !(.attributeExists("finishedAt")) && DynamoDB.Attribute("flags", "on") == .bool(true),
            returning: .allNew,
            returnsExistingOnFailure: true
        )
        var expected = item
        expected["status"] = .s("RUNNING")
        expected["startedAt"] = .s("now")
        expected["attempts"] = .n(1)
        expected["gone"] = nil
        expected["tags"] = nil
        #expect(try await client.perform(claim) == .applied(expected))
        #expect(try await client.perform(claim) == .conditionFailed(existing: expected))
    }

    @Test("A transaction is committed once, or cancelled with a reason for each action")
    func transactions() async throws {
        try await Emulator.withTable { client, table in
            let item: DynamoDB.Item = ["PK": .s("a"), "n": .n(1)]
            let put = DynamoDB.PutItem(
                table: table,
                item: item,
                condition: .attributeNotExists("PK"),
                returnsExistingOnFailure: true
            )
            let first = DynamoDB.TransactWriteItems(
                actions: [
                    .put(put),
                    .update(.init(table: table, key: ["PK": .s("b")], update: .init().add("n", 5))),
                    .conditionCheck(.init(table: table, key: ["PK": .s("c")], condition: .attributeNotExists("PK"))),
                ],
                clientRequestToken: UUID().uuidString
            )
            #expect(try await client.perform(first) == .committed)
            #expect(try await client.perform(first) == .committed)
            let second = DynamoDB.TransactWriteItems(
                actions: [.put(put), .delete(.init(table: table, key: ["PK": .s("b")]))],
                clientRequestToken: UUID().uuidString
            )
            guard case .cancelled(let reasons) = try await client.perform(second) else {
                Issue.record("the transaction was not cancelled")
                return
            }
            #expect(reasons.map(\.code) == ["ConditionalCheckFailed", "None"])
            #expect(reasons.first?.item == item)
            let other = DynamoDB.GetItem(table: table, key: ["PK": .s("b")], consistent: true)
            #expect(try await client.perform(other)?["n"] == .n(5))
        }
    }

    @Test("A query reads page after page; a table that is not there is a client's error")
    func query() async throws {
        try await Emulator.withTable { client, table in
            #expect(try await client.perform(DynamoDB.DescribeTable(table: table)).status == "ACTIVE")
            _ = try await client.perform(DynamoDB.PutItem(table: table, item: ["PK": .s("a"), "n": .n(1)]))
            let query = DynamoDB.Query(
                table: table,
                keyCondition: DynamoDB.Attribute("PK") == .s("a"),
                filter: DynamoDB.Attribute("n").isBetween(.n(0), and: .n(2)),
                ascending: false,
                limit: 5,
                consistent: true
            )
            #expect(try await client.perform(query).items == [["PK": .s("a"), "n": .n(1)]])
            let error = await #expect(throws: AWSError.self) {
                try await client.perform(DynamoDB.GetItem(table: table + "-none", key: ["PK": .s("a")]))
            }
            #expect(error?.code == "ResourceNotFoundException")
            #expect(error?.kind == .client)
            #expect(error?.attempts == 1)
        }
    }

    @Test("A message is received with all that was sent, handed back, and removed")
    func messages() async throws {
        try await Emulator.withQueue { client, url in
            let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
            let sent = try await client.perform(
                SQS.SendMessage(
                    queueURL: url,
                    body: #"{"text":"é😀\"\n"}"#,
                    delay: .zero,
                    attributes: ["kind": .string("x"), "n": .number(5), "b": .binary([0, 255])],
                    traceHeader: trace
                )
            )
            let receive = SQS.ReceiveMessage(queueURL: url, wait: .seconds(2), visibilityTimeout: .seconds(30))
            let message = try #require(try await client.perform(receive).first)
            #expect(message.id == sent.messageID)
            #expect(message.body == #"{"text":"é😀\"\n"}"#)
            #expect(message.receiveCount == 1)
            #expect(message.traceHeader == trace)
            #expect(message.sentAt != nil)
            #expect(
                message.messageAttributes == ["kind": .string("x"), "n": .number(5), "b": .binary([0, 255])]
            )
            try await client.perform(
                SQS.ChangeMessageVisibility(
                    queueURL: url,
                    receiptHandle: message.receiptHandle,
                    visibilityTimeout: .zero
                )
            )
            let again = try #require(try await client.perform(receive).first)
            #expect(again.receiveCount == 2)
            try await client.perform(SQS.DeleteMessage(queueURL: url, receiptHandle: again.receiptHandle))
            let empty = SQS.ReceiveMessage(queueURL: url, wait: .seconds(1))
            #expect(try await client.perform(empty).isEmpty)
        }
    }

    @Test("Batches tell apart what took effect and what did not")
    func batches() async throws {
        try await Emulator.withQueue { client, url in
            let sent = try await client.perform(
                SQS.SendMessageBatch(
                    queueURL: url,
                    entries: [
                        .init(id: "1", message: .init(body: "one")), .init(id: "2", message: .init(body: "two")),
                        .init(id: "bad", message: .init(body: "\u{1}")),
                    ]
                )
            )
            #expect(sent.successful.sorted() == ["1", "2"])
            #expect(sent.failed.map(\.id) == ["bad"])
            #expect(sent.failed.first?.isSenderFault == true)
            let counts = SQS.GetQueueAttributes(queueURL: url, names: ["ApproximateNumberOfMessages"])
            #expect(try await client.perform(counts) == ["ApproximateNumberOfMessages": "2"])
            var messages: [SQS.Message] = []
            while messages.count < 2 {
                messages += try await client.perform(SQS.ReceiveMessage(queueURL: url, wait: .seconds(2)))
            }
            let changes = messages.enumerated()
                .map { index, message in
                    SQS.ChangeMessageVisibilityBatch.Entry(
                        id: "\(index)",
                        receiptHandle: message.receiptHandle,
                        visibilityTimeout: .seconds(60)
                    )
                }
            let changed = try await client.perform(
                SQS.ChangeMessageVisibilityBatch(queueURL: url, entries: changes)
            )
            #expect(changed.successful.sorted() == ["0", "1"])
            let deletes = messages.enumerated()
                .map { index, message in
                    SQS.DeleteMessageBatch.Entry(id: "\(index)", receiptHandle: message.receiptHandle)
                }
            let deleted = try await client.perform(SQS.DeleteMessageBatch(queueURL: url, entries: deletes))
            #expect(deleted.successful.sorted() == ["0", "1"])
        }
    }

    @Test("A queue that is not there is a client's error with the name of the JSON protocol")
    func noQueue() async throws {
        try await Emulator.withClient { client in
            let error = await #expect(throws: AWSError.self) {
                try await client.perform(SQS.GetQueueUrl(queueName: Emulator.uniqueName()))
            }
            #expect(error?.code == "QueueDoesNotExist")
            #expect(error?.kind == .client)
        }
    }
}
