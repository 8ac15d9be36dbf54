import FoundationEssentials
import Testing

/// The commands of a reader who follows the documentation from an empty folder on.
@Suite("A first job", .endToEnd, .timeLimit(.minutes(30)))
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

    @Test("is made by the commands of its page", arguments: Part.allCases)
    func page(part: Part) async throws {
        let page = try Self.document("docs/first-job.md")
        let text = try #require(page.split(separator: "\n## ").first { $0.hasPrefix(part.rawValue + "\n") })
        let blocks = Self.blocks(of: String(text))
        let first = blocks.firstIndex { $0.goesOn } ?? blocks.count
        let folder = try Self.folder()
        // What needs no service comes first, the build of a package among it, which takes minutes: it holds no turn, so that
        // other tests run beside it, those that run alone among them.
        let made = try await follow(Array(blocks[..<first]), in: folder, niceness: 10, limit: .seconds(1500))
        #expect(made.status == .exited(0), "\(made.output)\(made.errors)")
        let test = try #require(Test.current)
        let trait = DeploymentTrait.deployment(.api, .worker, .dlqHandler)
        try await trait.provideScope(for: test, testCase: nil) {
            let outcome = try await follow(Array(blocks[first...]), in: folder, niceness: 5, limit: .seconds(300))
            #expect(outcome.status == .exited(0), "\(outcome.output)\(outcome.errors)")
            for result in part.results { #expect(outcome.output.contains(result), "\(outcome.output)") }
        }
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
        let made = try await follow(Self.blocks(of: commands), in: try Self.folder(), limit: .seconds(60))
        #expect(made.status == .exited(0), "\(made.output)\(made.errors)")
        let blocks = Self.blocks(of: "\(commands)\n\(made.errors)")
        let outcome = try await follow(blocks, in: try Self.folder(), limit: .seconds(120))
        #expect(outcome.status == .exited(0), "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains(#""type":"my-\#(language).greet""#))
        #expect(outcome.output.contains(#""result":{"greeting":"Hello, Ada!"}"#), "\(outcome.output)")
    }

    @Test("is begun in the README as in its page")
    func readmeOfAll() throws {
        let page = try Self.document("docs/first-job.md").split(separator: "\n")
        let blocks = try Self.document("README.md").split(separator: "```bash\n").dropFirst()
        #expect(blocks.count == 2)
        for block in blocks {
            let commands = block.prefix(upTo: try #require(block.firstRange(of: "```")).lowerBound)
                .split(separator: "\n")
            for command in commands {
                let end = command.firstRange(of: " #")?.lowerBound ?? command.endIndex
                #expect(page.contains { $0.trimmingSuffix(" ") == command[..<end].trimmingSuffix(" ") }, "\(command)")
            }
        }
    }

    @Test("is shown in its page as it is made")
    func samples() async throws {
        let folder = try Self.folder()
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

    private static func folder() throws -> String {
        try LogFolder.make("first-job-\(UUID().uuidString.prefix(8).lowercased())")
    }

    /// Runs shell blocks one after the other, and goes on where earlier ones have left the folder; those that go on run beside the
    /// others, with the test's deployment if it has one.
    private func follow(
        _ blocks: [Block],
        in folder: String,
        niceness: Int = 5,
        limit: Duration
    ) async throws -> Command.Outcome {
        let deployment = Deployment.provided
        let port = try Emulator.freePort()
        let address = try await deployment?.running(.api).address() ?? "nowhere"
        // The script is a process group, which ends with it.
        var script = """
            set -euo pipefail
            root=\(Self.root)
            source "$root/scripts/lib/environment.sh"
            write_environment \(folder)/dev.env \(try TestEnvironment.required().binaries) http://\(address)
            renice -n \(niceness) $$ >/dev/null
            trap 'trap "" TERM; kill -TERM 0; wait' EXIT
            cd "$(cat \(folder)/place 2>/dev/null || echo \(folder))"
            . \(folder)/dev.env

            """
        for block in blocks {
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
        script += "pwd >\(folder)/place\n"
        let inherited = ProcessInfo.processInfo.environment
        let own = ["PATH": inherited["PATH"] ?? "/usr/bin:/bin", "HOME": inherited["HOME"] ?? folder]
        return try await Command.run(
            "/bin/bash",
            ["-c", script],
            environment: (deployment?.environment ?? [:]).merging(own) { $1 },
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

extension Substring {
    fileprivate func trimmingSuffix(_ last: Character) -> Substring {
        var text = self
        while text.last == last { text.removeLast() }
        return text
    }
}
