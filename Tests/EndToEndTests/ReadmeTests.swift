import FoundationEssentials
import Testing

@Suite("The README", .endToEnd, .deployment(.api, .worker, .dlqHandler), .timeLimit(.minutes(2)))
struct ReadmeTests {
    @Test(
        "has commands that work when they are pasted",
        arguments: try Readme.blocks("sh").filter { $0.contains("curl") }
    )
    func commands(block: String) async throws {
        let address = try await Deployment.current.running(.api).address()
        let script = block.replacing("http://127.0.0.1:8080", with: "http://\(address)")
        #expect(script != block, "a block that asks another server than the one that scripts/dev starts")
        let outcome = try await Command.run(
            "/bin/bash",
            ["-euo", "pipefail", "-c", script],
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "NO_PROXY": "127.0.0.1"]
        )
        #expect(outcome.status == .exited(0), "\(outcome.errors)")
        #expect(outcome.output.contains("\"jobId\":\""))
    }
}

/// The repository's first page.
private enum Readme {
    /// The fenced blocks of a language.
    static func blocks(_ language: String) throws -> [String] {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let text = try String(contentsOfFile: root.joined(separator: "/") + "/README.md", encoding: .utf8)
        return text.split(separator: "```\(language)\n").dropFirst()
            .map { block in
                String(block.prefix(upTo: block.firstRange(of: "```")?.lowerBound ?? block.endIndex))
            }
    }
}
