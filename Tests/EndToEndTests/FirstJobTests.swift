import FoundationEssentials
import Testing

/// The commands of a reader who follows the documentation from an empty folder on.
@Suite("A first job", .endToEnd, .timeLimit(.minutes(20)))
struct FirstJobTests {
    /// A part of docs/first-job.md that begins with a heading.
    enum Part: String, CaseIterable {
        case swift = "In Swift"
        case python = "In Python"
        case command = "As a program"

        /// What the jobs that its commands submit end with.
        var results: [String] {
            switch self {
            case .swift: [#""result":{"greeting":"Hello, Ada!"}"#, #""class":"VALIDATION""#]
            case .python: [#""result":{"greeting":"Hello, Grace!"}"#]
            case .command: [#""result":{"greeting":"Hello, Alan!"}"#]
            }
        }
    }

    @Test("is made by the commands of its page", .deployment(.api, .worker, .dlqHandler), arguments: Part.allCases)
    func page(part: Part) async throws {
        let page = try Self.document("docs/first-job.md")
        let text = try #require(page.split(separator: "\n## ").first { $0.hasPrefix(part.rawValue + "\n") })
        let outcome = try await follow(String(text), limit: part == .swift ? .seconds(900) : .seconds(120))
        #expect(outcome.status == .exited(0), "\(outcome.output)\(outcome.errors)")
        for result in part.results { #expect(outcome.output.contains(result), "\(outcome.output)") }
    }

    @Test(
        "is made by the commands of the README that a new project has",
        .deployment(.api, .worker, .dlqHandler),
        arguments: ["python", "node", "http", "command"]
    )
    func readme(language: String) async throws {
        let name = "my-\(language)"
        let commands = """
            ```sh
            . ~/jobsys/.run/dev.env
            jobctl init \(name) --language \(language)
            cd \(name)
            cat README.md >&2
            ```
            """
        let made = try await follow(commands, limit: .seconds(60))
        #expect(made.status == .exited(0), "\(made.output)\(made.errors)")
        let outcome = try await follow("\(commands)\n\(made.errors)", limit: .seconds(120))
        #expect(outcome.status == .exited(0), "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains(#""type":"my-\#(language).greet""#))
        #expect(outcome.output.contains(#""result":{"greeting":"Hello, Ada!"}"#), "\(outcome.output)")
    }

    @Test("is shown in its page as it is made")
    func samples() async throws {
        let folder = try LogFolder.make("first-job-\(UUID().uuidString.prefix(8).lowercased())")
        let made = try await Command.run(
            "\(try TestEnvironment.required().binaries)/jobctl",
            ["init", "\(folder)/hello", "--jobsys", Self.root]
        )
        #expect(made.status == .exited(0), "\(made.errors)")
        let parts = try Self.document("docs/first-job.md").split(separator: "<!-- jobctl init hello: ").dropFirst()
        #expect(parts.count == 2)
        for part in parts {
            let path = part.prefix { $0 != " " }
            let shown = try #require(
                part.split(separator: "```swift\n").dropFirst().first?.split(separator: "```\n").first
            )
            #expect(try String(contentsOfFile: "\(folder)/hello/\(path)", encoding: .utf8) == shown)
        }
    }

    /// Runs the shell blocks of a text one after the other, as in one folder; those that go on run beside the others.
    private func follow(_ text: String, limit: Duration) async throws -> Command.Outcome {
        let deployment = try Deployment.current
        let folder = try LogFolder.make("first-job-\(UUID().uuidString.prefix(8).lowercased())")
        let port = try Emulator.freePort()
        let address = try await deployment.running(.api).address()
        let binaries = try TestEnvironment.required().binaries
        // The script is a process group, which ends with it. All of it is nice: a build has time.
        var script = """
            set -euo pipefail
            root=\(Self.root)
            source "$root/scripts/lib/environment.sh"
            write_environment \(folder)/dev.env \(binaries) http://\(address)
            renice -n 5 $$ >/dev/null
            trap 'trap "" TERM; kill -TERM 0; wait' EXIT
            cd \(folder)

            """
        for block in Self.blocks(of: text) {
            let commands = block.commands.replacing("~/jobsys/.run/dev.env", with: "\(folder)/dev.env")
                .replacing("\(Self.root)/.run/dev.env", with: "\(folder)/dev.env")
                .replacing("python3 endpoint.py", with: "python3 endpoint.py \(port)")
                .replacing("node endpoint.mjs", with: "node endpoint.mjs \(port)")
            if block.goesOn {
                script += "sed -i 's/127.0.0.1:9000/127.0.0.1:\(port)/' handlers.yaml 2>/dev/null || true\n"
                script += "(\n\(commands)\n) >&2 &\n"
            } else {
                script += "\(commands)\n"
            }
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let home = ProcessInfo.processInfo.environment["HOME"] ?? folder
        return try await Command.run(
            "/bin/bash",
            ["-c", script],
            environment: deployment.environment.merging(["PATH": path, "HOME": home]) { $1 },
            within: limit
        )
    }

    private struct Block {
        let commands: String
        let goesOn: Bool
    }

    private static func blocks(of text: String) -> [Block] {
        text.split(separator: "```sh", omittingEmptySubsequences: false).dropFirst()
            .map { part in
                let end = part.firstRange(of: "\n```")?.lowerBound ?? part.endIndex
                let lines = part[..<end].split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
                return Block(commands: String(lines.last ?? ""), goesOn: lines.first == " background")
            }
    }

    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    private static func document(_ path: String) throws -> String {
        try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    }
}
