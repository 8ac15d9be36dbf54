import FoundationEssentials
import JobsysAWS
import Testing

@Suite struct SQSTests {
    private static let url = "http://elsewhere:1/000000000000/q"

    @Test("SendMessage sends exactly these bytes and fields, to the client's endpoint")
    func send() async throws {
        let answer = #"{"MessageId":"m","MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592","SequenceNumber":"9"}"#
        let fixture = Fixture([.response(200, [:], answer)])
        let output = try await fixture.client.perform(
            SQS.SendMessage(
                queueURL: Self.url,
                body: "hello",
                delay: .milliseconds(1500),
                attributes: ["n": .number(5), "b": .binary([0, 1]), "s": .string("v")],
                traceHeader: "Root=1-a-b",
                groupID: "g",
                deduplicationID: "d"
            )
        )
        #expect(output.messageID == "m")
        #expect(output.sequenceNumber == "9")
        let sent = try #require(fixture.transport.sent.first)
        #expect(sent.url == "https://sqs.eu-central-1.amazonaws.com/")
        #expect(
            fields(of: sent).filter { !$0.hasPrefix("authorization") } == [
                "amz-sdk-invocation-id: invocation", "amz-sdk-request: attempt=1; max=3",
                "content-type: application/x-amz-json-1.0", "x-amz-date: 20260101T000000Z",
                "x-amz-target: AmazonSQS.SendMessage", "x-amzn-query-mode: true",
            ]
        )
        try expectSent(
            fixture,
            "AmazonSQS.SendMessage",
            #"""
            {"QueueUrl":"http://elsewhere:1/000000000000/q","MessageBody":"hello","DelaySeconds":2,\#
            "MessageAttributes":{"b":{"DataType":"Binary","BinaryValue":"AAE="},\#
            "n":{"DataType":"Number","StringValue":"5"},"s":{"DataType":"String","StringValue":"v"}},\#
            "MessageSystemAttributes":{"AWSTraceHeader":{"DataType":"String","StringValue":"Root=1-a-b"}},\#
            "MessageGroupId":"g","MessageDeduplicationId":"d"}
            """#
        )
    }

    @Test("A message that was stored otherwise than sent is an error and is not sent again")
    func sendDigest() async throws {
        let fixture = Fixture([.response(200, [:], #"{"MessageId":"m","MD5OfMessageBody":"bad"}"#)])
        let error = try #require(
            try await fixture.failure(of: SQS.SendMessage(queueURL: "q", body: "hello"))
        )
        #expect(error.code == "ChecksumMismatch")
        #expect(error.attempts == 1)
    }

    @Test("A batch tells apart what took effect and what did not")
    func sendBatch() async throws {
        let answer = #"""
            {"Successful":[{"Id":"1","MessageId":"m","MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592"}],\#
            "Failed":[{"Id":"2","Code":"InternalError","Message":"oops","SenderFault":false}]}
            """#
        let fixture = Fixture([.response(200, [:], answer)])
        let output = try await fixture.client.perform(
            SQS.SendMessageBatch(
                queueURL: "q",
                entries: [
                    .init(id: "1", message: .init(body: "hello")),
                    .init(id: "2", message: .init(body: "x", delay: .zero)),
                ]
            )
        )
        #expect(output.successful == ["1"])
        #expect(output.failed == [.init(id: "2", code: "InternalError", message: "oops", isSenderFault: false)])
        try expectSent(
            fixture,
            "AmazonSQS.SendMessageBatch",
            #"""
            {"QueueUrl":"q","Entries":[{"Id":"1","MessageBody":"hello"},\#
            {"Id":"2","MessageBody":"x","DelaySeconds":0}]}
            """#
        )
    }

    @Test("ReceiveMessage asks for everything and reads it")
    func receive() async throws {
        let answer = #"""
            {"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"hello",\#
            "MD5OfBody":"5d41402abc4b2a76b9719d911017c592","Attributes":{"ApproximateReceiveCount":"3",\#
            "SentTimestamp":"1767225600500","AWSTraceHeader":"Root=1"},"MessageAttributes":{"b":{"DataType":"Binary",\#
            "BinaryValue":"AAE=","StringListValues":[]}},"New":{"x":[1]}}]}
            """#
        let fixture = Fixture([.response(200, [:], answer)])
        let operation = SQS.ReceiveMessage(
            queueURL: "q",
            maxMessages: 5,
            wait: .seconds(20),
            visibilityTimeout: .seconds(180)
        )
        let message = try #require(try await fixture.client.perform(operation).first)
        #expect(message.id == "m")
        #expect(message.receiptHandle == "r")
        #expect(message.body == "hello")
        #expect(message.receiveCount == 3)
        #expect(message.sentAt == Fixture.epoch + 0.5)
        #expect(message.traceHeader == "Root=1")
        #expect(message.messageAttributes == ["b": .binary([0, 1])])
        try expectSent(
            fixture,
            "AmazonSQS.ReceiveMessage",
            #"""
            {"QueueUrl":"q","MaxNumberOfMessages":5,"WaitTimeSeconds":20,"VisibilityTimeout":180,\#
            "MessageSystemAttributeNames":["All"],"MessageAttributeNames":["All"]}
            """#
        )
    }

    @Test(
        "No messages are an empty list, whether the member is missing, null or empty",
        arguments: [
            "{}", #"{"Messages":null}"#, #"{"Messages":[]}"#,
        ]
    )
    func empty(answer: String) async throws {
        let fixture = Fixture([.response(200, [:], answer)])
        #expect(try await fixture.client.perform(Fixture.receive).isEmpty)
    }

    @Test("The operations on receipts send exactly these bytes")
    func receipts() async throws {
        let delete = Fixture([.response(200, [:], "")])
        try await delete.client.perform(SQS.DeleteMessage(queueURL: "q", receiptHandle: "r"))
        try expectSent(delete, "AmazonSQS.DeleteMessage", #"{"QueueUrl":"q","ReceiptHandle":"r"}"#)

        let change = Fixture([.response(200)])
        try await change.client.perform(
            SQS.ChangeMessageVisibility(queueURL: "q", receiptHandle: "r", visibilityTimeout: .milliseconds(1))
        )
        try expectSent(
            change,
            "AmazonSQS.ChangeMessageVisibility",
            #"{"QueueUrl":"q","ReceiptHandle":"r","VisibilityTimeout":1}"#
        )

        let deletes = Fixture([.response(200, [:], #"{"Successful":[{"Id":"1"}],"Failed":[]}"#)])
        let entries = [SQS.DeleteMessageBatch.Entry(id: "1", receiptHandle: "r")]
        let output = try await deletes.client.perform(SQS.DeleteMessageBatch(queueURL: "q", entries: entries))
        #expect(output.successful == ["1"])
        try expectSent(
            deletes,
            "AmazonSQS.DeleteMessageBatch",
            #"{"QueueUrl":"q","Entries":[{"Id":"1","ReceiptHandle":"r"}]}"#
        )

        let changes = Fixture([.response(200)])
        let times = [SQS.ChangeMessageVisibilityBatch.Entry(id: "1", receiptHandle: "r", visibilityTimeout: .zero)]
        _ = try await changes.client.perform(SQS.ChangeMessageVisibilityBatch(queueURL: "q", entries: times))
        try expectSent(
            changes,
            "AmazonSQS.ChangeMessageVisibilityBatch",
            #"{"QueueUrl":"q","Entries":[{"Id":"1","ReceiptHandle":"r","VisibilityTimeout":0}]}"#
        )
    }

    @Test("The operations on queues send exactly these bytes and read their answers")
    func queues() async throws {
        let attributes = Fixture([.response(200, [:], #"{"Attributes":{"ApproximateNumberOfMessages":"4"}}"#)])
        #expect(
            try await attributes.client.perform(
                SQS.GetQueueAttributes(queueURL: "q", names: ["ApproximateNumberOfMessages"])
            ) == ["ApproximateNumberOfMessages": "4"]
        )
        try expectSent(
            attributes,
            "AmazonSQS.GetQueueAttributes",
            #"{"QueueUrl":"q","AttributeNames":["ApproximateNumberOfMessages"]}"#
        )
        let url = Fixture([.response(200, [:], #"{"QueueUrl":"u"}"#)])
        #expect(try await url.client.perform(SQS.GetQueueUrl(queueName: "q")) == "u")
        try expectSent(url, "AmazonSQS.GetQueueUrl", #"{"QueueName":"q"}"#)
    }
}
