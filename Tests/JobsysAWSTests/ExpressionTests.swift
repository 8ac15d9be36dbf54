import JobsysJSON
import Testing

@testable import JobsysAWS

@Suite struct ExpressionTests {
    private typealias Condition = DynamoDB.Condition
    private typealias Attribute = DynamoDB.Attribute

    static let conditions: [(DynamoDB.Condition, String)] = [
        (.attributeExists("a"), "attribute_exists(#n0)"),
        (.attributeNotExists("a"), "attribute_not_exists(#n0)"),
        (DynamoDB.Attribute("a") == .s("x"), "#n0 = :v0"),
        (DynamoDB.Attribute("a") != .null, "#n0 <> :v0"),
        (DynamoDB.Attribute("a") < .n(1), "#n0 < :v0"),
        (DynamoDB.Attribute("a") <= .n(1), "#n0 <= :v0"),
        (DynamoDB.Attribute("a") > .n(1), "#n0 > :v0"),
        (DynamoDB.Attribute("a") >= .n(1), "#n0 >= :v0"),
        (DynamoDB.Attribute("a", "b") == .n(1), "#n0.#n1 = :v0"),
        (DynamoDB.Attribute("a").isIn([.s("x"), .s("y")]), "#n0 IN (:v0, :v1)"),
        (DynamoDB.Attribute("a").isBetween(.n(1), and: .n(2)), "#n0 BETWEEN :v0 AND :v1"),
        (DynamoDB.Attribute("a").beginsWith("x"), "begins_with(#n0, :v0)"),
        (DynamoDB.Attribute("a").contains(.s("x")), "contains(#n0, :v0)"),
        (DynamoDB.Attribute("a", "b").exists, "attribute_exists(#n0.#n1)"),
        (DynamoDB.Attribute("a").isOf(.stringSet), "attribute_type(#n0, :v0)"),
        (DynamoDB.Attribute("a").size > .n(3), "size(#n0) > :v0"),
        (DynamoDB.Attribute("a").size.isBetween(.n(1), and: .n(2)), "size(#n0) BETWEEN :v0 AND :v1"),
        (DynamoDB.Attribute("a").size.isIn([.n(1)]), "size(#n0) IN (:v0)"),
        (DynamoDB.Attribute("a") < DynamoDB.Attribute("b"), "#n0 < #n1"),
        (DynamoDB.Attribute("a").compares(.notEqual, DynamoDB.Attribute("b").size), "#n0 <> size(#n1)"),
        (DynamoDB.Attribute("a")["b.c"][0]["a"] == .n(1), "#n0.#n1[0].#n0 = :v0"),
        (!.attributeExists("a"), "NOT attribute_exists(#n0)"),
        (
            DynamoDB.Attribute("a") == .n(1) && DynamoDB.Attribute("b") == .n(2) && DynamoDB.Attribute("a") < .n(3),
            "#n0 = :v0 AND #n1 = :v1 AND #n0 < :v2"
        ),
        (
            (DynamoDB.Attribute("a") == .n(1) || DynamoDB.Attribute("b") == .n(2)) && .attributeExists("c"),
            "(#n0 = :v0 OR #n1 = :v1) AND attribute_exists(#n2)"
        ),
        (
            !(.attributeExists("a") && .attributeExists("b")),
            "NOT (attribute_exists(#n0) AND attribute_exists(#n1))"
        ),
    ]

    @Test("A condition is written with aliases only and with no needless parentheses", arguments: conditions)
    func condition(_ condition: DynamoDB.Condition, text: String) {
        var aliases = DynamoDB.ExpressionAliases()
        #expect(condition.render(&aliases) == text)
    }

    @Test("An update groups its actions by their keyword, in the order they were given")
    func update() {
        let update = DynamoDB.Update()
            .remove("e").set("status", .s("x")).add("n", 1).setIfNotExists("t", .s("y")).delete("s", .ss(["z"]))
            .set("u", .null).remove("f")
        var aliases = DynamoDB.ExpressionAliases()
        #expect(
            update.render(&aliases)
                == "SET #n1 = :v0, #n3 = if_not_exists(#n3, :v2), #n5 = :v4 REMOVE #n0, #n6 ADD #n2 :v1 DELETE #n4 :v3"
        )
    }

    static let updates: [(DynamoDB.Update, String)] = [
        (
            DynamoDB.Update().set(DynamoDB.Attribute("n"), to: .attribute(DynamoDB.Attribute("n")) - .value(.n(1))),
            "SET #n0 = #n0 - :v0"
        ),
        (
            DynamoDB.Update()
                .set(
                    DynamoDB.Attribute("log"),
                    to: .append(.ifNotExists(DynamoDB.Attribute("log"), .value(.l([]))), .value(.l([.s("x")])))
                ),
            "SET #n0 = list_append(if_not_exists(#n0, :v0), :v1)"
        ),
        (
            DynamoDB.Update().set(DynamoDB.Attribute("m", "k"), to: .attribute(DynamoDB.Attribute("o")[1]))
                .remove(DynamoDB.Attribute("l")[2]),
            "SET #n0.#n1 = #n2[1] REMOVE #n3[2]"
        ),
        (
            DynamoDB.Update()
                .set(
                    DynamoDB.Attribute("n"),
                    to: .ifNotExists(DynamoDB.Attribute("n"), .value(.n(0))) + .attribute(DynamoDB.Attribute("step"))
                ),
            "SET #n0 = if_not_exists(#n0, :v0) + #n1"
        ),
    ]

    @Test("What an attribute is set to may be computed from the item", arguments: updates)
    func computed(update: DynamoDB.Update, text: String) {
        var aliases = DynamoDB.ExpressionAliases()
        #expect(update.render(&aliases) == text)
    }

    @Test("Numbers keep all their digits")
    func numbers() {
        #expect(DynamoDB.AttributeValue.n(Int.min) == .n("-9223372036854775808"))
        #expect(DynamoDB.AttributeValue.n(0.1) == .n("0.1"))
        #expect(DynamoDB.AttributeValue.n(1.5e-7) == .n("1.5e-07"))
        #expect(DynamoDB.AttributeValue.n("12345678901234567890123456789012345678").int == nil)
        #expect(DynamoDB.AttributeValue.n("0.1").double == 0.1)
        #expect(DynamoDB.AttributeValue.n("7").int == 7)
    }

    static let values: [(DynamoDB.AttributeValue, String)] = [
        (.s("a\"é"), #"{"S":"a\"é"}"#), (.n("1.5"), #"{"N":"1.5"}"#), (.n(-3), #"{"N":"-3"}"#),
        (.b([0, 255]), #"{"B":"AP8="}"#), (.bool(false), #"{"BOOL":false}"#), (.null, #"{"NULL":true}"#),
        (.m(["b": .n(1), "a": .l([.null])]), #"{"M":{"a":{"L":[{"NULL":true}]},"b":{"N":"1"}}}"#),
        (.l([]), #"{"L":[]}"#), (.ss(["x", "y"]), #"{"SS":["x","y"]}"#), (.ns(["1"]), #"{"NS":["1"]}"#),
        (.bs([[1]]), #"{"BS":["AQ=="]}"#),
    ]

    @Test("An attribute value is written as DynamoDB has it and read back the same", arguments: values)
    func value(_ value: DynamoDB.AttributeValue, text: String) throws {
        var writer = JSONWriter()
        value.encode(to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
        var reader = JSONReader(Array(text.utf8))
        #expect(try DynamoDB.AttributeValue(&reader) == value)
    }

    @Test(
        "An attribute value without exactly one known type is refused",
        arguments: [
            "{}", #"{"X":"1"}"#, #"{"S":"a","N":"1"}"#, #"{"B":"?"}"#, #"{"S":1}"#,
        ]
    )
    func badValue(text: String) {
        var reader = JSONReader(Array(text.utf8))
        #expect(throws: JSONError.self) { try DynamoDB.AttributeValue(&reader) }
    }
}
