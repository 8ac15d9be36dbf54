import JobsysPropertyTestKit
import Testing

@testable import JobsysAWS

@Suite struct ProfileFileTests {
    private func parse(
        _ text: String,
        _ kind: ProfileFile.Kind = .config
    ) throws(AWSConfigurationError) -> ProfileFile {
        try ProfileFileParser.parse(Array(text.utf8), kind: kind, path: "file")
    }

    private func texts(_ section: ProfileFile.Section?) -> [String: String]? {
        section?.mapValues(\.text)
    }

    @Test("[profile default] goes before [default], wherever it stands")
    func defaults() throws {
        for text in ["[default]\nx = 1\n[profile default]\ny = 2", "[profile default]\ny = 2\n[default]\nx = 1"] {
            #expect(try texts(parse(text).profiles["default"]) == ["y": "2"])
        }
    }

    @Test("What comes again is merged, and the last value counts")
    func repetition() throws {
        let file = try parse("[profile a]\nx = 1\ny = 1\n[profile b]\nz = 1\n[profile a]\nx = 2\nX = 3")
        #expect(texts(file.profiles["a"]) == ["x": "3", "y": "1"])
    }

    @Test("A comment within a line begins after white space")
    func comments() throws {
        let file = try parse("[default] # a\n[profile a];b\nx = 1 # c\ny = a#b;c\nz = # d\n  k = v ; e\n  # f = g\n")
        #expect(texts(file.profiles["a"]) == ["x": "1", "y": "a#b;c", "z": ""])
        #expect(file.profiles["a"]?["z"]?.nested == ["k": "v"])
    }

    @Test("A byte order mark is dropped")
    func byteOrderMark() throws {
        #expect(try texts(parse("\u{FEFF}[default]\nx = 1").profiles["default"]) == ["x": "1"])
    }

    @Test("In the credentials file a section's name is the profile's, and [profile x] is none")
    func credentials() throws {
        let file = try parse("[two words]\nx = 1\n[profile a]\ny = 2\n[sso-session b]\nz = 3", .credentials)
        #expect(Set(file.profiles.keys) == ["two words"])
        #expect(file.sessions.isEmpty)
    }

    @Test(
        "What is malformed is refused with file, line and expectation, and without its content",
        arguments: [
            (
                "x = SECRET",
                "file:1: found \"a setting before the first section\"; expected a section such as [default]"
            ),
            (
                "\n[default]\nSECRET",
                "file:3: found \"a line without =\"; expected a setting such as region = eu-central-1"
            ),
            (
                "[default]\n= SECRET",
                "file:2: found \"a setting without a name\"; expected a setting such as region = eu-central-1"
            ),
            (
                "[default]\n x = SECRET",
                "file:2: found \"an indented line that continues nothing\"; expected a setting that begins its line"
            ),
            (
                "[default]\nx =\n  SECRET",
                "file:3: found \"a line without =\"; expected a setting such as region = eu-central-1"
            ),
            (
                "[SECRET",
                "file:1: found \"a section without a name or ]\"; expected a section such as [default] or [profile name]"
            ),
            (
                "[]",
                "file:1: found \"a section without a name or ]\"; expected a section such as [default] or [profile name]"
            ),
            ("[default]\nx = a\u{0}SECRET", "file:2: found \"a control character\"; expected text"),
        ]
    )
    func malformed(text: String, message: String) {
        let error = #expect(throws: AWSConfigurationError.self) { try parse(text) }
        #expect(error?.description == message)
    }

    @Test("Bytes that are no text are refused")
    func noText() {
        let error = #expect(throws: AWSConfigurationError.self) {
            try ProfileFileParser.parse([0x5B, 0xFF, 0x5D], kind: .config, path: "file")
        }
        #expect(error?.description == "file: found \"bytes that are not UTF-8\"; expected a UTF-8 text")
    }

    @Test(
        "Whatever is written reads back, with any blanks, comments and line ends between",
        arguments: 0..<200 as Range<UInt64>
    )
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var expected: [String: [String: String]] = [:]
        var lines: [String] = []
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let name = random.word()
            lines.append("[profile\(random.blanks(1))\(name)\(random.blanks())]\(random.blanks())")
            expected[name] = expected[name] ?? [:]
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                let (key, value) = (random.word(), random.word() + random.blanks() + random.word())
                lines.append("\(key)\(random.blanks())=\(random.blanks())\(value)\(random.blanks())")
                expected[name]?[key] = value
                if Bool.random(using: &random) {
                    lines.append(["", "# c", ";= [", "  \t"].randomElement(using: &random) ?? "")
                }
            }
        }
        let text = lines.map { $0 + (Bool.random(using: &random) ? "\n" : "\r\n") }.joined()
        #expect(try parse(text).profiles.mapValues { $0.mapValues(\.text) } == expected)
    }

    @Test("Noise is read or refused, and never quoted", arguments: 0..<500 as Range<UInt64>)
    func noise(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "[", "]", "=", "\n", "\r\n", " ", "\t", "#", ";", "profile ", "default", "SECRET", "\"", "\u{0}", "é",
        ]
        let text = (0..<Int.random(in: 0...60, using: &random))
            .map { _ in pieces.randomElement(using: &random) ?? "" }
            .joined()
        for kind in [ProfileFile.Kind.config, .credentials] {
            do {
                _ = try parse(text, kind)
            } catch {
                #expect(!error.description.contains("SECRET") && error.key.hasPrefix("file:"))
            }
        }
    }
}
