import JobsysAWS
import JobsysAWSTestKit
import Testing

@Suite struct UnknownOutcomeTests {
    private static let mine: DynamoDB.Item = ["PK": .s("a"), "owner": .s("me")]
    private static let others = #"{"PK":{"S":"a"},"owner":{"S":"other"}}"#
    private static let write = DynamoDB.PutItem(
        table: "T",
        item: mine,
        condition: .attributeNotExists("PK"),
        returnsExistingOnFailure: true
    )

    private func perform(
        _ write: DynamoDB.PutItem = Self.write,
        on table: ScriptedTable
    ) async throws -> DynamoDB.ConditionalWrite {
        try await ScriptedServer.with(handler: table.serve) { server in
            try await WireFixture.with(server.url) { fixture in
                try await fixture.client.perform(write, markedBy: "owner", .s("me"))
            }
        }
    }

    @Test(
        "A write that finds its own first effect has succeeded",
        arguments: [
            [.reset], [.half("{}", then: .reset)], [.respond(500)], [.error(503, "ServiceUnavailable")],
            [.reset, .reset, .reset],
        ] as [[Script]]
    )
    func ownEffect(faults: [Script]) async throws {
        #expect(try await perform(on: ScriptedTable(faults: faults)) == .applied(Self.mine))
    }

    @Test("A write that finds another's item has failed, whatever became of its attempts")
    func anothersItem() async throws {
        let table = ScriptedTable(faults: [.reset])
        table.put(Self.others, at: "a")
        let expected: DynamoDB.Item = ["PK": .s("a"), "owner": .s("other")]
        #expect(try await perform(on: table) == .conditionFailed(existing: expected))
    }

    @Test("An item with the mark is an old one, if no attempt can have written it", arguments: [false, true])
    func anOldItem(isThrottledFirst: Bool) async throws {
        let table = ScriptedTable(faults: isThrottledFirst ? [.error(400, "ThrottlingException")] : [])
        table.put(#"{"PK":{"S":"a"},"owner":{"S":"me"}}"#, at: "a")
        #expect(try await perform(on: table) == .conditionFailed(existing: Self.mine))
    }

    @Test("Without a mark the caller learns that the condition may have failed on the write itself")
    func outcome() async throws {
        let table = ScriptedTable(faults: [.reset])
        try await ScriptedServer.with(handler: table.serve) { server in
            try await WireFixture.with(server.url) { fixture in
                let expected = AWSOutcome(
                    output: DynamoDB.ConditionalWrite.conditionFailed(existing: Self.mine),
                    attempts: 2,
                    mayHaveBeenAppliedBefore: true
                )
                #expect(try await fixture.client.outcome(of: Self.write) == expected)
                let again = try await fixture.client.outcome(of: Self.write)
                #expect(again.attempts == 1)
                #expect(!again.mayHaveBeenAppliedBefore)
            }
        }
    }

    @Test("A transaction keeps its token through all attempts and takes place once")
    func transaction() async throws {
        let table = ScriptedTable(faults: [.reset, .respond(500), nil])
        try await ScriptedServer.with(handler: table.serve) { server in
            try await WireFixture.with(server.url) { fixture in
                let transaction = DynamoDB.TransactWriteItems(actions: [.put(Self.write)], clientRequestToken: "token")
                let outcome = try await fixture.client.perform(transaction)
                #expect(outcome == .committed)
            }
        }
        #expect(table.tokens == ["token", "token", "token"])
        #expect(table.transactions == 1)
    }

    @Test("An error says whether the operation may have taken effect")
    func error() async throws {
        let throttled = Script.error(400, "ThrottlingException")
        try await ScriptedServer.with(responses: [.reset, throttled, throttled]) { server in
            try await WireFixture.with(server.url) { fixture in
                let send = SQS.SendMessage(queueURL: "q", body: "x")
                let error = try #require(try await fixture.failure(of: send))
                #expect(error.code == "ThrottlingException")
                #expect(error.attempts == 3)
                #expect(error.mayHaveBeenApplied)
            }
        }
    }
}
