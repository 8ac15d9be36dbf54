import JobsysJSON
import Testing

@Suite("Names of members")
struct JSONNameTests {
    @Test(
        "A name equals the same bytes and no others",
        arguments: ["", "a", "Messages", "MessageId", "ApproximateFirstReceiveTimestamp", "é", "a\"b"]
    )
    func equality(text: String) throws {
        var writer = JSONWriter()
        writer.object { $0.member(text, 1) }
        var reader = JSONReader(writer.bytes)
        var matches: [String] = []
        try reader.readObject { _, name throws(JSONError) in
            switch name {
            case "": matches.append("")
            case "a": matches.append("a")
            case "Messages": matches.append("Messages")
            case "MessageIx", "xessageId", "MessageId1": matches.append("another name")
            case "MessageId": matches.append("MessageId")
            case "ApproximateFirstReceiveTimestamq", "ApproximateFirstXeceiveTimestamp": matches.append("another name")
            case "ApproximateFirstReceiveTimestamp": matches.append("ApproximateFirstReceiveTimestamp")
            case "e\u{301}": matches.append("the same letter in other bytes")
            case "é": matches.append("é")
            case "a\"b": matches.append("a\"b")
            default: matches.append("none")
            }
            #expect(name.text == text)
            #expect("\(name)" == text)
        }
        #expect(matches == [text])
    }

    @Test("A name with escapes is what they stand for")
    func escapes() throws {
        var reader = JSONReader(Array(#"{"\u004dessage\u0049d":1,"M":2}"#.utf8))
        var found: [Bool] = []
        try reader.readObject { _, name throws(JSONError) in
            found += [name == "MessageId", name == #"\u004dessage\u0049d"#, name == "M"]
        }
        #expect(found == [true, false, false, false, false, true])
    }

    @Test("A name outlives the reading of its object")
    func outlives() throws {
        var reader = JSONReader(Array(#"{"first":{"second":0}}"#.utf8))
        var names: [JSONName] = []
        try reader.readObject { reader, name throws(JSONError) in
            names.append(name)
            try reader.readObject { _, name throws(JSONError) in names.append(name) }
        }
        #expect(names.map(\.text) == ["first", "second"])
    }
}
