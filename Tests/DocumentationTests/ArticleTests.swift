import FoundationEssentials
import Testing

@Suite("The articles")
struct ArticleTests {
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    /// The articles of all modules.
    static func articles() throws -> [String] {
        let sources = "\(root)/Sources"
        return try FileManager.default.contentsOfDirectory(atPath: sources).sorted()
            .flatMap { module in
                let catalog = "\(sources)/\(module)/\(module).docc"
                guard FileManager.default.fileExists(atPath: catalog) else { return [String]() }
                return try FileManager.default.contentsOfDirectory(atPath: catalog).sorted().map { "\(catalog)/\($0)" }
            }
    }

    @Test("are there for each product", arguments: ["Handlers", "Worker", "Client", "Testing", "AWS"])
    func products(product: String) throws {
        #expect(try Self.articles().contains { $0.hasSuffix("/Jobsys\(product).docc/Jobsys\(product).md") })
    }

    @Test("show code that is compiled and run here, to the letter", arguments: try Self.articles())
    func samples(article: String) throws {
        let folder = "\(Self.root)/Tests/DocumentationTests/Samples"
        let samples = try FileManager.default.contentsOfDirectory(atPath: folder)
            .map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
        let text = try String(contentsOfFile: article, encoding: .utf8)
        for part in text.split(separator: "```swift\n").dropFirst() {
            let end = try #require(part.firstRange(of: "```"))
            let block = String(part[..<end.lowerBound])
            #expect(samples.contains { $0.contains(block) }, "\(article):\n\(block)")
        }
    }
}
