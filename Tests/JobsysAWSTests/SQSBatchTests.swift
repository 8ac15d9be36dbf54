import FoundationEssentials
import JobsysAWS
import Testing

@Suite struct SQSBatchTests {
    @Test("The size of a message is that of its body and of its attributes' names, types and values")
    func size() {
        let attributes: [String: SQS.MessageAttribute] = ["n": .string("1"), "blob": .binary([0, 255])]
        #expect(SQS.OutgoingMessage(body: "é", traceHeader: "Root=1").byteCount == 2)
        #expect(SQS.OutgoingMessage(body: "é", attributes: attributes).byteCount == 2 + 8 + 12)
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
