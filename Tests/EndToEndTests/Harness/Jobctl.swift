import FoundationEssentials
import JobsysJSON

/// The operators' tool, run as a process.
struct Jobctl: Sendable {
    /// The URL of the API.
    let url: String
    /// What is added to its environment.
    var settings: [String: String] = [:]

    /// The tool for the running test's deployment.
    static var current: Jobctl {
        get async throws { Jobctl(url: "http://\(try await Deployment.current.running(.api).address())") }
    }

    /// Runs a command; the API's URL comes from the environment.
    func run(_ arguments: String...) async throws -> Command.Outcome {
        try await Command.run(executable, arguments, environment: environment)
    }

    /// Runs a shell script that calls `jobctl`.
    func shell(_ script: String) async throws -> Command.Outcome {
        try await Command.run("/bin/bash", ["-c", script], environment: shellEnvironment)
    }

    /// Runs a shell script beside the body, which may signal what it has become by `exec`, and ends it with the body.
    func runningShell<Result>(_ script: String, body: (ChildProcess) async throws -> Result) async throws -> Result {
        try await running("/bin/bash", ["-c", script], shellEnvironment, body: body)
    }

    /// Runs a command beside the body, which may signal it, and ends it with the body.
    func running<Result>(
        _ arguments: String...,
        body: (ChildProcess) async throws -> Result
    ) async throws -> Result {
        try await running(executable, arguments, environment, body: body)
    }

    private func running<Result>(
        _ executable: String,
        _ arguments: [String],
        _ environment: [String: String],
        body: (ChildProcess) async throws -> Result
    ) async throws -> Result {
        let process = try ChildProcess(
            executable,
            arguments,
            environment: environment,
            name: "jobctl-\(UUID().uuidString.prefix(8))",
            folder: LogFolder.make("commands")
        )
        defer { process.end() }
        return try await body(process)
    }

    private var environment: [String: String] { settings.merging(["JOBSYS_URL": url]) { $1 } }

    private var shellEnvironment: [String: String] {
        get throws {
            let path = "\(try TestEnvironment.required().binaries):/usr/local/bin:/usr/bin:/bin"
            return environment.merging(["PATH": path]) { $1 }
        }
    }

    private var executable: String {
        get throws { "\(try TestEnvironment.required().binaries)/jobctl" }
    }
}

extension Command.Outcome {
    /// The documents that were written, one a line.
    var documents: [JSONValue] {
        get throws { try output.split(separator: "\n").map { try JSONValue(parsing: String($0)) } }
    }
}
