import JobsysJSON
import JobsysObservability
import Logging
import Testing

@Suite("A scrubber of fields")
struct FieldScrubberTests {
    private let document: JSONValue = [
        "email": "eve@example.com", "key": "say \"eve@example.com\"", "number": 4_111_111, "pin": 12, "no": "no",
        "list": ["first", ["second": "deep"]], "flag": true,
    ]

    @Test(
        "takes the values out of a text, whole, quoted and cut",
        arguments: [
            ("no mail to eve@example.com!", "no mail to [redacted]!"),
            (#"{"key":"say \"eve@example.com\""}"#, #"{"key":"[redacted]"}"#),
            ("card 4111111 of 12", "card [redacted] of 12"), ("first, then deep", "[redacted], then [redacted]"),
            ("no such thing is true", "no such thing is true"), ("cut off: eve@exa…", "cut off: [redacted]…"),
            ("cut off: ev…", "cut off: ev…"), ("", ""),
        ]
    )
    func texts(text: String, expected: String) throws {
        let scrubber = try #require(FieldScrubber(of: document, at: ["$"]))
        #expect(scrubber.scrub(text) == expected)
    }

    @Test("is none where there is nothing to take out")
    func none() {
        #expect(FieldScrubber(of: document, at: []) == nil)
        #expect(FieldScrubber(of: document, at: ["pin", "no", "flag", "absent"]) == nil)
    }

    @Test("finds the places of what was redacted")
    func marks() {
        let shown = document.hiding(["list[*].second", "email"])
        #expect(shown.placesOfMarks.map(\.description) == ["/email", "/list/1/second"])
        #expect(document.placesOfMarks.isEmpty)
    }
}
