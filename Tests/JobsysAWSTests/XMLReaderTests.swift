import JobsysPropertyTestKit
import Testing

@testable import JobsysAWS

@Suite struct XMLReaderTests {
    @Test("Elements, text, references, comments and attributes are read")
    func document() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- a --><r xmlns="https://x/" a='&lt;'>
              <one>a &amp; b &lt;&gt;&quot;&apos;&#65;&#x42;é<!-- c --> d</one ><empty/><e></e>
            </r>

            """
        let root = try XMLReader.read(Array(text.utf8))
        #expect(root.name == "r")
        #expect(root["one"]?.text == "a & b <>\"'ABé d")
        #expect(root.children.map(\.name) == ["one", "empty", "e"])
        #expect(root["empty"]?.text.isEmpty == true && root["none"] == nil)
    }

    @Test(
        "What is malformed, or could be expanded, is refused without quoting it",
        arguments: [
            "", "SECRET", "<a>SECRET", "<a>SECRET</b>", "<a></a>SECRET", "<a>&SECRET;</a>", "<a>&#xD800;</a>",
            "<a>&amp</a>", "<!DOCTYPE a [<!ENTITY s \"SECRET\">]><a>&s;</a>", "<a b=SECRET/>", "<a b=\"SECRET/>",
            "<a b/>", "<a><![CDATA[SECRET]]></a>", "<a><?p SECRET?></a>", "<a", "<", "<a/", "<!-- SECRET",
            String(repeating: "<a>", count: 17) + String(repeating: "</a>", count: 17),
            "<a>" + String(repeating: "x", count: 256 * 1024) + "</a>",
        ]
    )
    func malformed(text: String) {
        let error = #expect(throws: XMLReader.Failure.self) { try XMLReader.read(Array(text.utf8)) }
        #expect(error?.description.contains("SECRET") == false)
    }

    @Test("Noise is read or refused", arguments: 0..<500 as Range<UInt64>)
    func noise(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "<", ">", "/", "a", "b", "=", "\"", "'", "&", ";", "&amp;", "<!--", "-->", "</a>", "<a>", " ", "\u{0}",
        ]
        let text =
            "<a>"
            + (0..<Int.random(in: 0...40, using: &random))
            .map { _ in pieces.randomElement(using: &random) ?? "" }
            .joined()
        _ = try? XMLReader.read(Array(text.utf8))
        _ = try? XMLReader.read(Array((text + "</a>").utf8))
    }
}
