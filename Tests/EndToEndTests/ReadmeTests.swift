import FoundationEssentials
import Testing

@Suite("The documents", .endToEnd, .deployment(.api, .worker, .dlqHandler), .timeLimit(.minutes(15)))
struct ReadmeTests {
    @Test(
        "have commands that work when they are pasted",
        arguments: try ["README.md", "docs/api.md", "docs/workflows.md", "docs/schedules.md"].flatMap(Sample.all)
    )
    func commands(sample: Sample) async throws {
        let address = try await Deployment.current.running(.api).address()
        let script = sample.script.replacing("http://127.0.0.1:8080", with: "http://\(address)")
        #expect(script != sample.script, "a block that asks another server than the one that scripts/dev starts")
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let outcome = try await Command.run(
            "/bin/bash",
            ["-euo", "pipefail", "-c", script],
            environment: [
                "PATH": "\(try TestEnvironment.required().binaries):\(path)", "NO_PROXY": "127.0.0.1",
            ]
        )
        #expect(outcome.status == .exited(0), "\(outcome.errors)")
        #expect(outcome.output.contains("{\""))
    }
}

/// A block of commands in a document that ask the API something.
struct Sample: Sendable, CustomTestStringConvertible {
    let document: String
    let script: String

    var testDescription: String { "\(document): \(script.prefix { !$0.isNewline })" }

    /// The fenced shell blocks of a document of the repository that use curl or jobctl.
    static func all(in document: String) throws -> [Sample] {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let text = try String(contentsOfFile: root.joined(separator: "/") + "/\(document)", encoding: .utf8)
        return scripts(inText: text).filter { $0.contains("curl") || $0.contains("jobctl") }
            .map { Sample(document: document, script: $0) }
    }

    /// The fenced shell blocks of a text.
    static func scripts(inText text: String) -> [String] {
        text.split(separator: "```sh\n").dropFirst()
            .map { block in
                String(block.prefix(upTo: block.firstRange(of: "```")?.lowerBound ?? block.endIndex))
            }
    }
}
