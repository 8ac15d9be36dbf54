import JobsysAWS
import Testing

/// Expressions as the emulator understands them.
@Suite(.enabled(if: Emulator.endpoint != nil, "JOBSYS_TEST_ENDPOINT is not set"))
struct DynamoDBExpressionTests {
    private typealias Attribute = DynamoDB.Attribute

    private static let item: DynamoDB.Item = [
        "PK": .s("a"), "size": .n(2), "limit": .n(5), "text": .s("hello"), "empty": .s(""), "tags": .ss(["x", "y"]),
        "list": .l([.n(1), .m(["value.x": .s("deep")])]), "map": .m(["status": .s("on")]), "none": .null,
        "bytes": .b([1, 2, 3]), "exact": .n("12345678901234567890123456789012345678"),
    ]

    private static let conditions: [(DynamoDB.Condition, Bool)] = [
        (Attribute("text").size == .n(5), true),
        (Attribute("tags").size > .n(2), false),
        (Attribute("list").size.isBetween(.n(1), and: .n(2)), true),
        (Attribute("size") < Attribute("limit"), true),
        (Attribute("limit").compares(.lessOrEqual, Attribute("size")), false),
        (Attribute("size").compares(.equal, Attribute("tags").size), true),
        (Attribute("tags").contains(.s("x")), true),
        (Attribute("text").contains(.s("xx")), false),
        (Attribute("list").contains(.n(1)), true),
        (Attribute("text").beginsWith("he"), true),
        (Attribute("size").isIn([.n(1), .n(2)]), true),
        (Attribute("size").isBetween(.n(3), and: .n(9)), false),
        (Attribute("tags").isOf(.stringSet), true),
        (Attribute("none").isOf(.null), true),
        (Attribute("bytes").isOf(.string), false),
        (Attribute("map", "status") == .s("on"), true),
        (Attribute("list")[1]["value.x"] == .s("deep"), true),
        (Attribute("list")[2].exists, false),
        (Attribute("map")["other"].exists, false),
        (Attribute("empty") == .s(""), true),
        (Attribute("missing") != .s("x"), true),
        (Attribute("exact") == .n("12345678901234567890123456789012345678"), true),
        (!(Attribute("size") == .n(2) && !Attribute("map").exists) || .attributeNotExists("PK"), true),
    ]

    @Test("Each condition holds or not, as DynamoDB has it")
    func conditions() async throws {
        try await Emulator.withTable { client, table in
            _ = try await client.perform(DynamoDB.PutItem(table: table, item: Self.item))
            for (condition, holds) in Self.conditions {
                let query = DynamoDB.Query(
                    table: table,
                    keyCondition: Attribute("PK") == .s("a"),
                    filter: condition,
                    consistent: true
                )
                #expect(try await client.perform(query).items.count == (holds ? 1 : 0), "\(condition)")
            }
        }
    }

    @Test("An update appends, computes and reaches into maps and lists; numbers and bytes come back exact")
    func update() async throws {
        try await Emulator.withTable { client, table in
            _ = try await client.perform(DynamoDB.PutItem(table: table, item: Self.item))
            let update = DynamoDB.Update()
                .set(Attribute("size"), to: .attribute(Attribute("size")) + .attribute(Attribute("limit")))
                .set(Attribute("limit"), to: .ifNotExists(Attribute("limit"), .value(.n(0))) - .value(.n(1)))
                .set(Attribute("count"), to: .ifNotExists(Attribute("count"), .value(.n(10))) + .value(.n(0.5)))
                .set(Attribute("list")[0], to: .value(.s("first")))
                .set(
                    Attribute("log"),
                    to: .append(.ifNotExists(Attribute("log"), .value(.l([]))), .value(.l([.s("x")])))
                )
                .set(Attribute("map", "copy"), to: .attribute(Attribute("map", "status")))
                .remove(Attribute("list")[1]["value.x"])
                .delete("tags", .ss(["x"]))
                .add("added", 3)
            let write = DynamoDB.UpdateItem(table: table, key: ["PK": .s("a")], update: update, returning: .allNew)
            var expected = Self.item
            expected["size"] = .n(7)
            expected["limit"] = .n(4)
            expected["count"] = .n("10.5")
            expected["list"] = .l([.s("first"), .m([:])])
            expected["log"] = .l([.s("x")])
            expected["map"] = .m(["status": .s("on"), "copy": .s("on")])
            expected["tags"] = .ss(["y"])
            expected["added"] = .n(3)
            #expect(try await client.perform(write) == .applied(expected))
            let again = DynamoDB.UpdateItem(
                table: table,
                key: ["PK": .s("a")],
                update: .init().add("added", 1),
                returning: .updatedOld
            )
            #expect(try await client.perform(again) == .applied(["added": .n(3)]))
        }
    }
}
