import Synchronization

/// Runs a program to its end.
enum Command {
    /// What a program has said and how it ended.
    struct Outcome: Sendable, Hashable {
        var status: ExitStatus
        var output: String
        var errors: String
    }

    private static let count = Atomic<Int>(0)

    static func run(
        _ executable: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        within limit: Duration = .seconds(60)
    ) async throws -> Outcome {
        let name = executable.split(separator: "/").last.map(String.init) ?? "command"
        let number = count.add(1, ordering: .relaxed).newValue
        let folder = try LogFolder.make("commands")
        let process = try ChildProcess(
            executable,
            arguments,
            environment: environment,
            name: "\(number)-\(name)",
            folder: folder
        )
        defer { process.end() }
        let status = try await process.exitStatus(within: limit)
        return Outcome(status: status, output: process.output.text, errors: process.errors.text)
    }
}
