import FoundationEssentials
import Testing

@Suite("The README's worker")
struct ReadmeExampleTests {
    @Test("is the program that the package builds, to the letter")
    func sameText() throws {
        let tests = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        let readme = try String(contentsOfFile: "\(tests)/../README.md", encoding: .utf8)
        let program = try String(contentsOfFile: "\(tests)/Samples/Greeter/Greeter.swift", encoding: .utf8)
        #expect(readme.contains("```swift\n\(program)```"))
    }
}
