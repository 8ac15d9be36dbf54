import FoundationEssentials
import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

struct Greet: JobHandler {
    struct Payload: JobPayload, Decodable {
        var name: String
    }

    let name = JobName<Payload>("greet")

    func run(_ payload: Payload, in context: JobContext) async throws -> JobOutcome {
        .succeeded(["greeting": .string("Hello, \(payload.name)!")])
    }
}

@Suite("The README's handler")
struct ReadmeExampleTests {
    @Test("is the one above, to the letter")
    func sameText() throws {
        let file = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        let readme = try String(contentsOfFile: file.dropLast(3).joined(separator: "/") + "/README.md", encoding: .utf8)
        let source = try String(contentsOfFile: #filePath, encoding: .utf8)
        let start = try #require(source.firstRange(of: "struct Greet"))
        let end = try #require(source.firstRange(of: "@Suite"))
        let example = source[start.lowerBound..<end.lowerBound]
        #expect(readme.contains("```swift\n\(example.dropLast())```"))
    }

    @Test("runs")
    func runs() async {
        var registry = JobRegistry()
        registry.register(Greet())
        let outcome = await registry.run(.sample(type: "greet", payload: ["name": "Ada"]))
        #expect(outcome == .succeeded(["greeting": "Hello, Ada!"]))
    }
}
