import FoundationEssentials
import JobsysAWS
import Testing

@Suite struct SQSBatchTests {
    private static func message(_ body: String) -> SQS.OutgoingMessage { SQS.OutgoingMessage(body: body) }

    static let faults: [(SQS.OutgoingMessage, SQS.MessageFault?)] = [
        (message("\t\n\r é\u{FFFD}\u{10FFFF}"), nil),
        (message(""), .emptyBody),
        (message("a\u{0}"), .forbiddenCharacter("\u{0}")),
        (message("\u{FFFE}"), .forbiddenCharacter("\u{FFFE}")),
        (message(String(repeating: "é", count: 524_288)), nil),
        (message(String(repeating: "é", count: 524_288) + "x"), .tooLarge(bytes: 1_048_577)),
        (
            .init(body: String(repeating: "x", count: 1_048_569), attributes: ["n": .string("1")]),
            .tooLarge(bytes: 1_048_577)
        ),
        (.init(body: "x", delay: .seconds(900)), nil),
        (.init(body: "x", delay: .milliseconds(900_001)), .delay(.milliseconds(900_001))),
        (.init(body: "x", delay: .seconds(-1)), .delay(.seconds(-1))),
        (
            .init(body: "x", attributes: .init(uniqueKeysWithValues: (0...10).map { ("a\($0)", .number($0)) })),
            .tooManyAttributes(11)
        ),
        (.init(body: "x", attributes: ["a.b-C_1": .binary([0])]), nil),
        (.init(body: "x", attributes: ["a..b": .number(1)]), .attributeName("a..b")),
        (.init(body: "x", attributes: [".a": .number(1)]), .attributeName(".a")),
        (.init(body: "x", attributes: ["": .number(1)]), .attributeName("")),
        (.init(body: "x", attributes: ["Aws.a": .number(1)]), .attributeName("Aws.a")),
        (.init(body: "x", attributes: ["a": .string("")]), .attributeValue(name: "a")),
        (.init(body: "x", attributes: ["a": .init(dataType: "Text", stringValue: "x")]), .attributeValue(name: "a")),
        (.init(body: "x", attributes: ["a": .init(dataType: "Binary", stringValue: "x")]), .attributeValue(name: "a")),
        (.init(body: "x", attributes: ["a": .string("\u{1}")]), .forbiddenCharacter("\u{1}")),
        (.init(body: "x", groupID: "tenant/7", deduplicationID: String(repeating: "~", count: 128)), nil),
        (.init(body: "x", groupID: ""), .fifoID("")),
        (.init(body: "x", deduplicationID: "a b"), .fifoID("a b")),
    ]

    @Test("What SQS would refuse is found before it is sent", arguments: faults)
    func fault(message: SQS.OutgoingMessage, fault: SQS.MessageFault?) {
        #expect(message.fault == fault)
    }

    static let batchFaults: [([String], SQS.BatchFault?)] = [
        (["a", "B-_9"], nil), ([String(repeating: "x", count: 80)], nil), ([], .empty),
        ((0...10).map(String.init), .tooManyEntries(11)), (["a", "a"], .repeatedID("a")), ([""], .invalidID("")),
        (["a b"], .invalidID("a b")), (["é"], .invalidID("é")),
        ([String(repeating: "x", count: 81)], .invalidID(String(repeating: "x", count: 81))),
    ]

    @Test("What would make a whole batch fail is found before it is sent", arguments: batchFaults)
    func batchFault(ids: [String], fault: SQS.BatchFault?) {
        let sends = ids.map { SQS.SendMessageBatch.Entry(id: $0, message: Self.message("x")) }
        let deletes = ids.map { SQS.DeleteMessageBatch.Entry(id: $0, receiptHandle: "r") }
        let changes = ids.map {
            SQS.ChangeMessageVisibilityBatch.Entry(id: $0, receiptHandle: "r", visibilityTimeout: .zero)
        }
        #expect(SQS.SendMessageBatch(queueURL: "q", entries: sends).fault == fault)
        #expect(SQS.DeleteMessageBatch(queueURL: "q", entries: deletes).fault == fault)
        #expect(SQS.ChangeMessageVisibilityBatch(queueURL: "q", entries: changes).fault == fault)
    }

    @Test("Messages that are too large together make the batch fail")
    func batchSize() {
        let half = String(repeating: "x", count: 524_288)
        let entries = ["1": half, "2": half, "3": "x"]
            .map {
                SQS.SendMessageBatch.Entry(id: $0.key, message: Self.message($0.value))
            }
        #expect(SQS.SendMessageBatch(queueURL: "q", entries: entries).fault == .tooLarge(bytes: 1_048_577))
    }

    @Test("Messages are put into as few batches as they fit in, in order, and unsound ones are left out")
    func split() {
        let large = String(repeating: "x", count: 600_000)
        let bodies = (0..<11).map { "\($0)" } + [large, "", large, "y"]
        let batches = SQS.SendMessageBatch.batches(of: bodies.map(Self.message), to: "q")
        #expect(batches.map { $0.entries.map(\.id) } == [(0..<10).map(String.init), ["10", "11"], ["13", "14"]])
        #expect(batches.allSatisfy { $0.fault == nil && $0.queueURL == "q" })
        #expect(SQS.SendMessageBatch.batches(of: [], to: "q").isEmpty)
    }

    @Test("Each of many messages gets a result of its own")
    func send() async throws {
        let answer = #"""
            {"Successful":[{"Id":"0","MessageId":"m","SequenceNumber":"7",\#
            "MD5OfMessageBody":"0cc175b9c0f1b6a831c399e269772661"}],\#
            "Failed":[{"Id":"2","Code":"InternalError","SenderFault":false}]}
            """#
        let fixture = Fixture([.response(200, [:], answer), .error(400, "AccessDeniedException")])
        let bodies = ["a", "\u{1}", "c", "d"] + (4..<12).map(String.init)
        let results = try await fixture.client.send(bodies.map(Self.message), to: "q")
        #expect(try results[0].get().messageID == "m")
        #expect(try results[0].get().sequenceNumber == "7")
        #expect(throws: SQS.MessageFault.forbiddenCharacter("\u{1}")) { try results[1].get() }
        #expect(throws: SQS.BatchFailure(id: "2", code: "InternalError", isSenderFault: false)) { try results[2].get() }
        let missing = #expect(throws: SQS.BatchFailure.self) { try results[3].get() }
        #expect(missing?.code == "MissingBatchResult")
        let denied = #expect(throws: AWSError.self) { try results[11].get() }
        #expect(denied?.code == "AccessDeniedException")
        #expect(results.count == 12)
        #expect(fixture.transport.sent.count == 2)
    }

    @Test("The system attributes have types, and are nil where they are absent or no number")
    func systemAttributes() async throws {
        let answer = #"""
            {"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"x","Attributes":{"ApproximateReceiveCount":"2",\#
            "SentTimestamp":"1767225600500","ApproximateFirstReceiveTimestamp":"1767225601000","MessageGroupId":"g",\#
            "MessageDeduplicationId":"d","SequenceNumber":"18849496460467696128","DeadLetterQueueSourceArn":"arn",\#
            "AWSTraceHeader":"Root=1","SenderId":"AIDA","New":"1"}},\#
            {"MessageId":"n","ReceiptHandle":"r","Body":"y","Attributes":{"ApproximateReceiveCount":"x"}}]}
            """#
        let messages = try await Fixture([.response(200, [:], answer)]).client.perform(Fixture.receive)
        #expect(messages[0].receiveCount == 2)
        #expect(messages[0].sentAt == Fixture.epoch + 0.5)
        #expect(messages[0].firstReceivedAt == Fixture.epoch + 1)
        #expect(messages[0].groupID == "g")
        #expect(messages[0].deduplicationID == "d")
        #expect(messages[0].sequenceNumber == "18849496460467696128")
        #expect(messages[0].deadLetterSourceARN == "arn")
        #expect(messages[0].traceHeader == "Root=1")
        #expect(messages[0].senderID == "AIDA")
        #expect(messages[1].receiveCount == nil)
        #expect(messages[1].sentAt == nil)
    }

    @Test(
        "An answer without a member that it must have names it",
        arguments: [
            (#"{"MD5OfMessageBody":null}"#, SQS.SendMessage(queueURL: "q", body: "x"), "MessageId"),
            (#"{"Successful":[{"MessageId":"m"}]}"#, SQS.SendMessageBatch(queueURL: "q", entries: []), "Id"),
            ("{}", SQS.GetQueueUrl(queueName: "q"), "QueueUrl"),
        ] as [(String, any AWSOperation, String)]
    )
    func missing(answer: String, operation: any AWSOperation, member: String) async throws {
        let error = try #require(try await Fixture([.response(200, [:], answer)]).failure(of: operation))
        #expect(error.kind == .malformedResponse)
        #expect(error.code == "UnreadableAnswer")
        #expect(error.message.contains(member))
    }
}
