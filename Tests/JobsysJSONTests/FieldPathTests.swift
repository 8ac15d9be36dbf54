import JobsysJSON
import Testing

@Suite("A path of fields")
struct FieldPathTests {
    private static let document =
        #"{"customer":{"email":"a","name":"b"},"cards":[{"number":1},{"number":2,"x":3}],"a.b":[4,[5]]}"#

    @Test(
        "leads to the values that it names",
        arguments: [
            ("customer.email", ["/customer/email"]), ("$.customer.email", ["/customer/email"]),
            ("$['customer'][\"email\"]", ["/customer/email"]), ("customer", ["/customer"]),
            ("cards[*].number", ["/cards/0/number", "/cards/1/number"]), ("cards[1].number", ["/cards/1/number"]),
            ("cards[7].number", []), ("cards[*]", ["/cards/0", "/cards/1"]),
            ("*.email", ["/customer/email"]), ("customer.*", ["/customer/email", "/customer/name"]),
            (#"["a.b"][0]"#, ["/a.b/0"]), (#"["a.b"]"#, ["/a.b"]), ("$", [""]), ("nothing.here", []), ("email", []),
            // What is one where there may be several, and the other way round: rather too much than too little.
            ("cards.number", ["/cards/0/number", "/cards/1/number"]), ("customer[*].email", ["/customer/email"]),
            ("customer[0].email", ["/customer/email"]), ("customer.email[*]", ["/customer/email"]),
        ]
    )
    func places(path: String, expected: [String]) throws {
        let document = try JSONValue(parsing: Self.document)
        let path = try #require(FieldPath(path))
        #expect(document.values(at: [path]).map { "\($0.pointer)" } == expected)
        #expect(FieldPath(path.description) == path)
    }

    @Test(
        "is read strictly",
        arguments: [
            "", ".a", "a.", "a..b", "a[", "a[]", "a[x]", "a[-1]", "a[*", "a]", "a b[0]c", "a['x]", "a['x'b", "a\nb",
            "a\"b",
            String(repeating: "a", count: 257),
        ]
    )
    func malformed(text: String) {
        #expect(FieldPath(text) == nil)
    }

    @Test("has its values replaced and everything else left as it is, of several the outermost")
    func replaced() throws {
        let document = try JSONValue(parsing: Self.document)
        let replaced = document.replacing(["cards[*].number", "customer", "customer.email", "none"], with: "x")
        #expect(
            replaced.serializedString
                == #"{"customer":"x","cards":[{"number":"x"},{"number":"x","x":3}],"a.b":[4,[5]]}"#
        )
        #expect(document.replacing([], with: "x") == document)
        #expect(JSONValue.int(1).replacing(["$"], with: "x") == "x")
        #expect(document.values(at: ["customer", "customer.email"]).map(\.value) == [["email": "a", "name": "b"]])
    }
}
