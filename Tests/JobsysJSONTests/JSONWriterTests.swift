import JobsysJSON
import Testing

@Suite("Writing")
struct JSONWriterTests {
    @Test("Commas and colons come by themselves")
    func commas() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("s", "a\"b")
            writer.member("i", -5)
            writer.member("b", true)
            writer.member("absent", ifPresent: String?.none)
            writer.member("present", ifPresent: 7)
            writer.array("list") { writer in
                writer.int(1)
                writer.null()
                writer.array { _ in }
                writer.object { $0.member("v", ["x": nil]) }
            }
            writer.object("o") { writer in
                writer.key("raw")
                writer.raw(Array("[0]".utf8))
                writer.key("n")
                writer.number(text: "1.50")
            }
            writer.key("u")
            writer.uint(UInt64.max)
        }
        let expected =
            #"{"s":"a\"b","i":-5,"b":true,"present":7,"list":[1,null,[],{"v":{"x":null}}],"#
            + #""o":{"raw":[0],"n":1.50},"u":18446744073709551615}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    @Test("Integers of every length are written", arguments: [0, 1, -1, 9, 10, 99, 1_234_567_890, Int.max, Int.min])
    func integers(value: Int) {
        var writer = JSONWriter(capacity: 0)
        writer.int(value)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == String(value))
    }

    @Test(
        "Doubles read back as themselves",
        arguments: [0, -0.0, 1, 0.1, 1e-7, 1.5e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    )
    func doubles(value: Double) throws {
        var writer = JSONWriter()
        writer.double(value)
        var reader = JSONReader(writer.bytes)
        #expect(try reader.readDouble().bitPattern == value.bitPattern)
    }

    @Test("Every control character is escaped, everything else is written as it is")
    func escapes() throws {
        let scalars =
            (0...0x20).compactMap { Unicode.Scalar($0) } + ["\u{22}", "\u{2F}", "\u{5C}", "\u{7F}", "\u{2028}"]
        let text = String(String.UnicodeScalarView(scalars))
        let expected =
            #"\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#
            + #"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"#
            + #" \"/\\"# + "\u{7F}\u{2028}"
        #expect(JSONValue.string(text).serializedString == "\"\(expected)\"")
        #expect(try JSONValue(parsing: JSONValue.string(text).serialized()) == .string(text))
    }

    @Test("An escape is found at every place of a longer string")
    func escapePositions() throws {
        for length in 0..<40 {
            for place in 0...length {
                let text =
                    String(repeating: "é", count: place / 2) + String(repeating: "x", count: place % 2) + "\\"
                    + String(repeating: "y", count: length - place)
                #expect(try JSONValue(parsing: JSONValue.string(text).serialized()) == .string(text))
            }
        }
    }
}
