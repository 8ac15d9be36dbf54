import JobsysJSON

/// The operators' tool, run against the services of a deployment.
struct Jobctl: Sendable {
    /// The URL of the API.
    let url: String

    /// The tool for the running test's deployment.
    static var current: Jobctl {
        get async throws { Jobctl(url: "http://\(try await Deployment.current.running(.api).address())") }
    }

    /// Runs a command; the API's URL comes from the environment.
    func run(_ arguments: String...) async throws -> Command.Outcome {
        let executable = "\(try TestEnvironment.required().binaries)/jobctl"
        return try await Command.run(executable, arguments, environment: ["JOBSYS_URL": url])
    }
}

extension Command.Outcome {
    /// The documents that were written, one a line.
    var documents: [JSONValue] {
        get throws { try output.split(separator: "\n").map { try JSONValue(parsing: String($0)) } }
    }
}
