import JobsysJSON
import Testing

@Suite("Reading")
struct JSONReaderTests {
    @Test("A shape is read by its names, and what nobody asks for is skipped")
    func shape() throws {
        var reader = JSONReader(
            Array(
                #" { "id" : "a\u00e9", "n":-12, "skip":{"x":[1,{"y":null}]}, "ok":true, "d":1.5e1, "list":[1,2] } "#
                    .utf8
            )
        )
        var id = ""
        var n = 0
        var ok = false
        var double = 0.0
        var list: [Int] = []
        try reader.readObject { reader, key throws(JSONError) in
            switch key {
            case "id": id = try reader.readString()
            case "n": n = try reader.readInt()
            case "ok": ok = try reader.readBool()
            case "d": double = try reader.readDouble()
            case "list": try reader.readArray { reader throws(JSONError) in list.append(try reader.readInt()) }
            default: break
            }
        }
        try reader.finish()
        #expect(id == "aé")
        #expect(n == -12)
        #expect(ok)
        #expect(double == 15)
        #expect(list == [1, 2])
    }

    @Test(
        "Integers are read exactly, to both ends of their range",
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-1", -1), ("9223372036854775807", Int.max),
            ("-9223372036854775808", Int.min),
        ]
    )
    func integers(text: String, expected: Int) throws {
        var reader = JSONReader(Array(text.utf8))
        #expect(try reader.readInt() == expected)
        try reader.finish()
    }

    @Test(
        "What is no integer that fits is refused as one",
        arguments: [
            ("9223372036854775808", "the number does not fit into a 64-bit integer"),
            ("-9223372036854775809", "the number does not fit into a 64-bit integer"),
            ("100000000000000000000000000000", "the number does not fit into a 64-bit integer"),
            ("1.0", "found a number with a fraction; expected an integer"),
            ("1e2", "found a number with a fraction; expected an integer"),
            ("-", "malformed number"),
            ("\"1\"", "found a string; expected a number"),
            ("null", "found null; expected a number"),
        ]
    )
    func notIntegers(text: String, message: String) {
        var reader = JSONReader(Array(text.utf8))
        #expect(throws: JSONError(message: message, offset: 0)) { try reader.readInt() }
    }

    @Test("A number that no double holds is refused as a double and kept as a literal")
    func hugeDouble() throws {
        var reader = JSONReader(Array("[1e400,-0,1e400]".utf8))
        var texts: [String] = []
        try reader.readArray { reader throws(JSONError) in texts.append(try reader.readNumberText()) }
        #expect(texts == ["1e400", "-0", "1e400"])
        var other = JSONReader(Array("1e400".utf8))
        #expect(throws: JSONError(message: "the number does not fit into a double", offset: 0)) {
            try other.readDouble()
        }
    }

    @Test("An error says what, at which byte, and in which value")
    func errorPath() {
        var reader = JSONReader(Array(#"{"a":[1,{"b/c":"x"}]}"#.utf8))
        let error = #expect(throws: JSONError.self) {
            try reader.readObject { reader, _ throws(JSONError) in
                try reader.readArray { reader throws(JSONError) in
                    guard try reader.peekKind() == .object else { return }
                    try reader.readObject { reader, _ throws(JSONError) in _ = try reader.readInt() }
                }
            }
        }
        #expect(error?.description == "found a string; expected a number (at byte 15, in /a/1/b~1c)")
    }

    @Test("The caller's own refusal carries the place too")
    func callersError() {
        var reader = JSONReader(Array(#"{"a":1}"#.utf8))
        let error = #expect(throws: JSONError.self) {
            try reader.readObject { reader, _ throws(JSONError) in throw reader.failure("expected better") }
        }
        #expect(error == JSONError(message: "expected better", offset: 5, path: .root.appending("a")))
    }

    @Test("Null is read where it is allowed")
    func null() throws {
        var reader = JSONReader(Array("[null,1,null]".utf8))
        var found: [Int?] = []
        try reader.readArray { reader throws(JSONError) in
            found.append(try reader.readNullIfPresent() ? nil : try reader.readInt())
        }
        #expect(found == [nil, 1, nil])
    }

    @Test("Nesting is bounded, for values that are read and for those that are skipped")
    func depth() throws {
        let deep = Array((String(repeating: "[", count: 64) + String(repeating: "]", count: 64)).utf8)
        #expect(throws: Never.self) { try JSONValue(parsing: deep) }
        let deeper = Array((String(repeating: "[", count: 65) + String(repeating: "]", count: 65)).utf8)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: deeper) }
        #expect(error?.message == "nested deeper than 64 levels")
        #expect(error?.offset == 64)
        var reader = JSONReader([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
        #expect(throws: JSONError.self) { try reader.skipValue() }
        var siblings = JSONReader(Array("[[],[],{}]".utf8), limits: JSONLimits(depth: 2))
        #expect(throws: Never.self) { try siblings.skipValue() }
    }

    @Test("A document that is too large is refused unread")
    func size() {
        let error = #expect(throws: JSONError.self) {
            try JSONValue(parsing: Array("[1234567]".utf8), limits: JSONLimits(bytes: 8))
        }
        #expect(error?.description == "the document has 9 bytes; expected at most 8 (at byte 0)")
        #expect(throws: Never.self) { try JSONValue(parsing: Array("[123456]".utf8), limits: JSONLimits(bytes: 8)) }
    }

    @Test("A member whose name comes twice is refused in a tree, near its value", arguments: [2, 20])
    func duplicates(count: Int) {
        let members = (0..<count).map { "\"k\($0)\":0" } + ["\"k1\":1"]
        let error = #expect(throws: JSONError.self) {
            try JSONValue(parsing: "{" + members.joined(separator: ",") + "}")
        }
        #expect(error?.message == "the name appears twice")
        #expect(error?.path == .root.appending("k1"))
    }

    @Test("Names that only Unicode equivalence makes equal are different members")
    func equivalentNames() throws {
        let value = try JSONValue(parsing: "{\"\u{e9}\":1,\"e\u{301}\":2}")
        #expect(value["\u{e9}"] == 1)
        #expect(value["e\u{301}"] == 2)
    }
}
