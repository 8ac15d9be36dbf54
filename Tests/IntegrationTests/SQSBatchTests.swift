import JobsysAWS
import Testing

/// Queues with groups, and many messages at once, against the emulator.
@Suite(.enabled(if: Emulator.endpoint != nil, "JOBSYS_TEST_ENDPOINT is not set"))
struct SQSBatchTests {
    @Test("A FIFO queue keeps a group's order, takes a duplicate once, and says so")
    func fifo() async throws {
        let attributes = ["FifoQueue": "true"]
        try await Emulator.withQueue(attributes: attributes) { client, url in
            for (body, id) in [("one", "1"), ("one again", "1"), ("two", "2")] {
                let send = SQS.SendMessage(queueURL: url, body: body, groupID: "g", deduplicationID: id)
                #expect(try await client.perform(send).sequenceNumber != nil)
            }
            let receive = SQS.ReceiveMessage(queueURL: url, wait: .seconds(2), attemptID: "attempt-1")
            let messages = try await client.perform(receive)
            #expect(messages.map(\.body) == ["one", "two"])
            #expect(messages.map(\.groupID) == ["g", "g"])
            #expect(messages.map(\.deduplicationID) == ["1", "2"])
            let numbers = messages.compactMap(\.sequenceNumber)
            #expect(numbers.count == 2 && numbers == numbers.sorted())
            #expect(messages.allSatisfy { $0.firstReceivedAt != nil && $0.sentAt != nil })
        }
    }

    @Test("A standard queue takes a group too, and attributes of all types, in batches")
    func many() async throws {
        try await Emulator.withQueue { client, url in
            var messages = (0..<12).map { SQS.OutgoingMessage(body: "\($0)", groupID: "tenant-\($0 % 2)") }
            messages[5].attributes = [
                "s": .string("é"), "n": .number("-1.5"), "b": .binary([0, 255]),
                "c": .init(dataType: "Number.cents", stringValue: "7"),
            ]
            let entries = messages.enumerated().map { SQS.SendMessageBatch.Entry(id: "\($0)", message: $1) }
            var ids: Set<String> = []
            for part in [entries[..<10], entries[10...]] {
                let output = try await client.perform(SQS.SendMessageBatch(queueURL: url, entries: Array(part)))
                ids.formUnion(output.sent.values.map(\.messageID))
            }
            #expect(ids.count == 12)
            var received: [SQS.Message] = []
            while received.count < 12 {
                received += try await client.perform(SQS.ReceiveMessage(queueURL: url, wait: .seconds(2)))
            }
            #expect(Set(received.map(\.id)) == ids)
            let fifth = try #require(received.first { $0.body == "5" })
            #expect(fifth.groupID == "tenant-1")
            #expect(fifth.messageAttributes == messages[5].attributes)
        }
    }

    @Test("A message of exactly the largest size is taken")
    func largest() async throws {
        try await Emulator.withQueue(attributes: ["MaximumMessageSize": "\(SQS.maxBytes)"]) { client, url in
            let body = String(repeating: "x", count: SQS.maxBytes)
            _ = try await client.perform(SQS.SendMessage(queueURL: url, body: body))
            let message = try await client.perform(SQS.ReceiveMessage(queueURL: url, wait: .seconds(2))).first
            #expect(message?.body.utf8.count == SQS.maxBytes)
        }
    }

    @Test("A dead letter names the queue that gave it up")
    func deadLetterSource() async throws {
        try await Emulator.withDeadLetters(maxReceiveCount: 1) { client, queue, deadLetters in
            _ = try await client.perform(SQS.SendMessage(queueURL: queue, body: "x"))
            let receive = SQS.ReceiveMessage(queueURL: queue, wait: .seconds(2), visibilityTimeout: .zero)
            #expect(try await client.perform(receive).count == 1)
            #expect(try await client.perform(receive).isEmpty)
            let letter = try await client.perform(SQS.ReceiveMessage(queueURL: deadLetters, wait: .seconds(2))).first
            let source = SQS.GetQueueAttributes(queueURL: queue, names: ["QueueArn"])
            #expect(letter?.deadLetterSourceARN == (try await client.perform(source)["QueueArn"]))
        }
    }
}
