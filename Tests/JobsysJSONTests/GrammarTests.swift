import JobsysJSON
import Testing

@Suite("The grammar of RFC 8259")
struct GrammarTests {
    @Test(
        "A valid document is read, and written back without white space",
        arguments: [
            ("null", "null"), ("true", "true"), (" false\n", "false"), ("\t[ ]\r\n", "[]"), ("{ }", "{}"),
            ("0", "0"), ("-0", "-0"), ("1.0", "1.0"), ("1e400", "1e400"), ("-1.5E-07", "-1.5E-07"), ("1E+2", "1E+2"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            (#""""#, #""""#), (#""a\/b""#, #""a/b""#), (#""\b\f\n\r\t\"\\""#, #""\b\f\n\r\t\"\\""#),
            (#""\u0000\u001F\u007f""#, "\"\\u0000\\u001f\u{7f}\""), (#""\u00e9\u20AC""#, "\"é€\""),
            (#""\ud83d\ude00""#, "\"😀\""), (#""\uD834\udd1e \uFFFD \uE000""#, "\"𝄞 \u{FFFD} \u{E000}\""),
            ("\"\u{7f}\u{2028}é€😀\"", "\"\u{7f}\u{2028}é€😀\""),
            (#"{"b":1,"a":[{},[],""]}"#, #"{"b":1,"a":[{},[],""]}"#), (#"{"":{"":0}}"#, #"{"":{"":0}}"#),
            (
                #"["exactly eight or more plain bytes, then \u0041 and more plain bytes"]"#,
                #"["exactly eight or more plain bytes, then A and more plain bytes"]"#
            ),
        ]
    )
    func valid(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: text).serializedString == expected)
        var reader = JSONReader(Array(text.utf8))
        try reader.skipValue()
        try reader.finish()
    }

    @Test(
        "An invalid document is refused, whether it is read or skipped",
        arguments: [
            "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-Infinity", "undefined", "'a'", "a",
            "01", "-01", "1.", ".5", "-", "+1", "1e", "1e+", "0x10", "1_000", "1,", "--1", "1.e5", "1 2",
            "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[1]]", "[1}",
            "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{a:1}", "{1:1}", "{'a':1}",
            "{\"a\" 1}", "{\"a\"::1}", "{\"a\":1 \"b\":2}", "{\"a\":1]", "{} {}", "{\"a\":1}x",
            "\"", "\"abc", "\"\\\"", "\"\\", "\"\\x\"", "\"\\'\"", "\"\\u\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\U0041\"",
            "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\ud800\"", "\"\\udc00\\ud800\"",
            "\"\\ud83d\\u\"", "\"\\ud83d\\ude0\"", "\"\\u+123\"", "\"\\u 123\"",
            "\"a\nb\"", "\"a\tb\"", "\"\u{0}\"", "\"\u{1f}\"", "// no\n1", "1 // no", "/**/1", "\u{feff}1", "[1\u{a0}]",
            "\u{b}1", "\u{c}1",
        ]
    )
    func invalid(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        var reader = JSONReader(Array(text.utf8))
        #expect(throws: JSONError.self) {
            try reader.skipValue()
            try reader.finish()
        }
    }

    @Test(
        "Malformed UTF-8 is refused where it starts",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF0, 0x9F, 0x98, 0x28], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ] as [[UInt8]]
    )
    func malformedUTF8(sequence: [UInt8]) {
        for padding in ["", "0123456789"] {
            let quoted = Array("\"\(padding)".utf8) + sequence + Array("\"".utf8)
            let expected = JSONError(message: "a string is not valid UTF-8", offset: 1 + padding.utf8.count)
            #expect(throws: expected) { try JSONValue(parsing: quoted) }
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array(quoted.dropLast())) }
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array("{".utf8) + quoted + Array(":1}".utf8)) }
        }
    }

    @Test(
        "The message says what was found and what was expected",
        arguments: [
            ("[1,]", "found \"]\"; expected a value (at byte 3, in /1)"),
            ("[1 2]", "found \"2\"; expected \",\" or \"]\" (at byte 3)"),
            ("{\"a\":1;", "found \";\"; expected \",\" or \"}\" (at byte 6)"),
            ("{\"a\" 1}", "found \"1\"; expected \":\" (at byte 5)"),
            ("{\"a\":tru}", "found an unknown word; expected true (at byte 5, in /a)"),
            ("{1:2}", "found \"1\"; expected a member's name (at byte 1)"),
            ("\u{1}", "found byte 0x1; expected a value (at byte 0)"),
            ("", "the document ends here; expected a value (at byte 0)"),
            ("[1", "the document ends here; expected \",\" or \"]\" (at byte 2)"),
            ("\"ab", "the document ends within a string (at byte 3)"),
            ("1 x", "found \"x\"; expected the end of the document (at byte 2)"),
        ]
    )
    func messages(text: String, description: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.description == description)
    }
}
