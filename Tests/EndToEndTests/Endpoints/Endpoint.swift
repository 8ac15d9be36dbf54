import FoundationEssentials
import JobsysJSON

/// The Python process that runs jobs for the tests.
final class Endpoint: Sendable {
    /// The secrets that it verifies signatures with.
    static let secrets = [
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    ]

    let port: Int
    private let process: ChildProcess

    private init(port: Int, process: ChildProcess) {
        self.port = port
        self.process = process
    }

    /// Starts a program of the repository; a port of 0 takes a free one.
    static func start(
        _ program: String = "Tests/EndToEndTests/Endpoints/endpoint.py",
        port: Int = 0,
        environment: [String: String] = [:]
    ) async throws -> Endpoint {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        let path = program.hasPrefix("/") ? program : "\(root)/\(program)"
        let own = [
            "ENDPOINT_SECRETS": secrets.joined(separator: ","), "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": AWSAccess.secret, "PATH": "/usr/bin:/bin", "NO_PROXY": "127.0.0.1",
        ]
        let process = try ChildProcess(
            try TestEnvironment.required().tool("python"),
            [path, String(port)],
            environment: own.merging(environment) { $1 },
            name: "endpoint-\(UUID().uuidString.prefix(8))",
            folder: try LogFolder.make("endpoints")
        )
        do {
            let found = try await eventually(within: .seconds(30), "the endpoint listens") {
                if let status = process.exitStatus { throw HarnessError("it ended: \(status) \(process.errors.text)") }
                return lines(of: process).first { $0["event"] == "listening" }?["port"]?.intValue
            }
            return Endpoint(port: found, process: process)
        } catch {
            process.end()
            throw error
        }
    }

    /// Runs the body with an endpoint.
    static func with<Result: Sendable>(
        _ program: String = "Tests/EndToEndTests/Endpoints/endpoint.py",
        environment: [String: String] = [:],
        _ body: (Endpoint) async throws -> Result
    ) async throws -> Result {
        let endpoint = try await start(program, environment: environment)
        defer { endpoint.end() }
        return try await body(endpoint)
    }

    /// `http://127.0.0.1:port`.
    var url: String { "http://127.0.0.1:\(port)" }

    /// What it has said of this kind, about this job if one is given.
    func events(_ name: String, job: String? = nil) -> [JSONValue] {
        Self.lines(of: process)
            .filter { $0["event"]?.stringValue == name && (job == nil || $0["job"]?.stringValue == job) }
    }

    /// All that it has said.
    var events: [JSONValue] { Self.lines(of: process) }

    /// How it ended; nil while it runs.
    var exitStatus: ExitStatus? { process.exitStatus }

    /// Sends it a signal.
    func signal(_ number: Int32) { process.signal(number) }

    /// Kills it.
    func end() { process.end() }

    private static func lines(of process: ChildProcess) -> [JSONValue] {
        // The last line may not be there in whole.
        process.output.lines.compactMap { try? JSONValue(parsing: $0) }
    }
}
