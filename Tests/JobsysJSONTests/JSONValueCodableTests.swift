import FoundationEssentials
import JobsysJSON
import Testing

@Suite("JSON values as members of Codable types")
struct JSONValueCodableTests {
    private struct Box: Codable {
        var value: JSONValue
    }

    @Test(
        "are read and written as they are",
        arguments: [
            "null", "true", "0", "-9223372036854775808", "18446744073709551615", "1.5", "\"a\\u0000b\"", "[]", "{}",
            #"[1,[2,{"a":[null,false]}]]"#, #"{"a":1,"b":{"c":"d"}}"#,
        ]
    )
    func roundTrip(text: String) throws {
        let value = try JSONValue(parsing: text)
        let box = try JSONDecoder().decode(Box.self, from: Data("{\"value\":\(text)}".utf8))
        #expect(box.value == value)
        let written = try JSONValue(parsing: Array(JSONEncoder().encode(box)))
        #expect(written["value"] == value)
    }
}
