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

    private func outcome(on table: ScriptedTable) async throws -> AWSOutcome<DynamoDB.ConditionalWrite> {
        try await ScriptedServer.with(handler: table.serve) { server in
            try await WireFixture.with(server.url) { fixture in
                try await fixture.client.outcome(of: Self.write)
            }
        }
    }

    @Test(
        "A write that fails on an item after an attempt without an answer may have failed on itself, and says so",
        arguments: [
            ([.reset], 2), ([.half("{}", then: .reset)], 2), ([.respond(500)], 2),
            ([.error(503, "ServiceUnavailable")], 2), ([.reset, .reset, .reset], 4),
        ] as [([Script], Int)]
    )
    func ownEffect(faults: [Script], attempts: Int) async throws {
        let expected = AWSOutcome(
            output: DynamoDB.ConditionalWrite.conditionFailed(existing: Self.mine),
            attempts: attempts,
            mayHaveBeenAppliedBefore: true
        )
        #expect(try await outcome(on: ScriptedTable(faults: faults)) == expected)
    }

    @Test("A write that finds another's item has failed, whatever became of its attempts")
    func anothersItem() async throws {
        let table = ScriptedTable(faults: [.reset])
        table.put(Self.others, at: "a")
        let expected: DynamoDB.Item = ["PK": .s("a"), "owner": .s("other")]
        #expect(try await outcome(on: table).output == .conditionFailed(existing: expected))
    }

    @Test("An item is an old one, if no attempt can have written it", arguments: [false, true])
    func anOldItem(isThrottledFirst: Bool) async throws {
        let table = ScriptedTable(faults: isThrottledFirst ? [.error(400, "ThrottlingException")] : [])
        table.put(#"{"PK":{"S":"a"},"owner":{"S":"me"}}"#, at: "a")
        let expected = AWSOutcome(
            output: DynamoDB.ConditionalWrite.conditionFailed(existing: Self.mine),
            attempts: isThrottledFirst ? 2 : 1
        )
        #expect(try await outcome(on: table) == expected)
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
