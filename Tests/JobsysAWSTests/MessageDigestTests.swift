import Testing

@testable import JobsysAWS

@Suite struct MessageDigestTests {
    @Test(
        "Attributes have the digest that SQS computes",
        arguments: [
            (
                ["b": .binary([0, 1]), "n": .init(dataType: "Number.int", stringValue: "5")],
                "c65456866700e31d9e4e3892f0b807df"
            ),
            (["a": .string("v")], "a18cbb58171ebf4ce88d9fb787f9210b"),
            (
                [
                    "AWSTraceHeader": .string(
                        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
                    )
                ],
                "5ae4d5d7636402d80f4eb6d213245a88"
            ),
        ] as [([String: SQS.MessageAttribute], String)]
    )
    func vectors(attributes: [String: SQS.MessageAttribute], digest: String) {
        #expect(MessageDigests.digest(of: attributes) == digest)
    }

    @Test(
        "A message that was stored otherwise than sent is an error that is not repeated",
        arguments: ["MD5OfMessageBody", "MD5OfMessageAttributes", "MD5OfMessageSystemAttributes"]
    )
    func send(member: String) async throws {
        let right = [
            "MD5OfMessageBody": "5d41402abc4b2a76b9719d911017c592",
            "MD5OfMessageAttributes": "a18cbb58171ebf4ce88d9fb787f9210b",
            "MD5OfMessageSystemAttributes": "5ae4d5d7636402d80f4eb6d213245a88",
        ]
        let message = SQS.OutgoingMessage(
            body: "hello",
            attributes: ["a": .string("v")],
            traceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
        )
        func members(_ digests: [String: String]) -> String {
            digests.map { #","\#($0)":"\#($1)""# }.sorted().joined()
        }
        let wrong = members(right.merging([member: right["MD5OfMessageBody"]?.uppercased() ?? ""]) { $1 })
        let answers = [right, [:]].map { #"{"MessageId":"m"\#(members($0))}"# } + [#"{"MessageId":"m"\#(wrong)}"#]
        let fixture = Fixture(answers.map { .response(200, [:], $0) })
        let send = SQS.SendMessage(queueURL: "q", message: message)
        for _ in 0..<2 { #expect(try await fixture.client.perform(send).messageID == "m") }
        let error = try #require(try await fixture.failure(of: send))
        #expect(error.code == "ChecksumMismatch")
        #expect(error.attempts == 1)
        #expect(error.mayHaveBeenApplied)

        let batch = SQS.SendMessageBatch(queueURL: "q", entries: ["e", "f"].map { .init(id: $0, message: message) })
        let entries = [("e", wrong), ("f", members(right))].map { #"{"Id":"\#($0)","MessageId":"m"\#($1)}"# }
        let answer = #"{"Successful":[\#(entries.joined(separator: ","))]}"#
        let output = try await Fixture([.response(200, [:], answer)]).client.perform(batch)
        #expect(output.successful == ["f"])
        #expect(output.failed.map { "\($0.id) \($0.code)" } == ["e ChecksumMismatch"])
        #expect(Array(output.sent.keys) == ["f"])
    }

    @Test(
        "A damaged message of a receipt is told apart and does not take the others with it",
        arguments: [
            (#""Body":"hello","MD5OfBody":"bad""#, "ChecksumMismatch"),
            (
                #""Body":"hello","MD5OfMessageAttributes":"bad","MessageAttributes":{"a":{"DataType":"String","StringValue":"v"}}"#,
                "ChecksumMismatch"
            ),
            (#""Body":"hello","MD5OfMessageAttributes":"a18cbb58171ebf4ce88d9fb787f9210b""#, "ChecksumMismatch"),
            (#""Body":"hello","MessageAttributes":{"a":{"DataType":"Binary","BinaryValue":"!"}}"#, "UnreadableAnswer"),
            (#""Body":{"deep":["er"]}"#, "UnreadableAnswer"), (#""MD5OfBody":"bad""#, "UnreadableAnswer"),
        ]
    )
    func receive(members: String, code: String) async throws {
        func message(_ id: Int, _ members: String) -> String {
            #"{"MessageId":"\#(id)","ReceiptHandle":"r\#(id)",\#(members)}"#
        }
        let good = #""Body":"v","MD5OfBody":"9e3669d19b675bd57058fd4664205d2a""#
        let all = (0..<10).map { message($0, $0 == 4 ? members : good) }.joined(separator: ",")
        let fixture = Fixture([.response(200, [:], #"{"Messages":[\#(all)]}"#)])
        let received = try await fixture.client.perform(Fixture.receive)
        #expect(received.map(\.id) == ["0", "1", "2", "3", "5", "6", "7", "8", "9"])
        let damaged = try #require(received.damaged.first)
        #expect(received.damaged.count == 1)
        #expect(damaged.id == "4")
        #expect(damaged.receiptHandle == "r4")
        #expect(damaged.fault.code == code)
        #expect(!damaged.description.contains("hello"))
        #expect(fixture.transport.sent.count == 1)
    }

    @Test("A received message has the digests of what it holds")
    func intact() async throws {
        let answer = #"""
            {"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"v","MD5OfBody":"9e3669d19b675bd57058fd4664205d2a",\#
            "MD5OfMessageAttributes":"a18cbb58171ebf4ce88d9fb787f9210b",\#
            "MessageAttributes":{"a":{"DataType":"String","StringValue":"v"}}}]}
            """#
        let received = try await Fixture([.response(200, [:], answer)]).client.perform(Fixture.receive)
        #expect(received.count == 1)
        #expect(received.damaged.isEmpty)
    }

    @Test("A receipt that is cut within a message is no receipt at all")
    func cut() async throws {
        let answer = #"{"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"v"},{"MessageId":"#
        let error = try #require(try await Fixture([.response(200, [:], answer)]).failure(of: Fixture.receive))
        #expect(error.code == "UnreadableAnswer")
        #expect(error.attempts == 3)
    }
}
