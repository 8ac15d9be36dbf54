import Glibc
import HTTPTypes
import JobsysAWS
import JobsysHTTP

/// Measures the client's CPU time.
///
/// - `ClientBenchmark record ENDPOINT DIRECTORY` writes each workload's request, signed, for others to send.
/// - `ClientBenchmark run ENDPOINT WORKLOAD CONCURRENCY WARM_UP COUNT` prints the microseconds of CPU per request and
///   the requests per second, with the tasks on the transport's thread. `run-pool` has them on Swift's pool of threads.
/// - `ClientBenchmark transport ENDPOINT CONCURRENCY WARM_UP COUNT` does the same with one signed request, again and
///   again, below the AWS client.
/// - `ClientBenchmark parts COUNT` prints what the parts of a call cost without any I/O.
@main
enum ClientBenchmark {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.count) {
        case ("record", 3):
            for workload in Workload.allCases {
                try await record(workload, endpoint: arguments[1], directory: arguments[2])
            }
        case ("run", 6), ("run-pool", 6):
            guard let workload = Workload(rawValue: arguments[2]), let concurrency = Int(arguments[3]),
                let warmUp = Int(arguments[4]), let count = Int(arguments[5])
            else { throw UsageError() }
            let transport = try CurlTransport()
            try await withTaskExecutorPreference(arguments[0] == "run" ? transport.executor : nil) {
                let client = try client(endpoint: arguments[1], transport: transport)
                try await run(workload, with: client, concurrency: concurrency, warmUp: warmUp, count: count)
            }
            await transport.shutdown()
        case ("transport", 5):
            guard let concurrency = Int(arguments[2]), let warmUp = Int(arguments[3]), let count = Int(arguments[4])
            else { throw UsageError() }
            try await measureTransport(arguments[1], concurrency: concurrency, warmUp: warmUp, count: count)
        case ("parts", 2):
            guard let count = Int(arguments[1]) else { throw UsageError() }
            try await measureParts(count: count)
        default:
            throw UsageError()
        }
    }

    private static func run(
        _ workload: Workload,
        with client: AWSClient,
        concurrency: Int,
        warmUp: Int,
        count: Int
    ) async throws {
        try await workload.perform(with: client, concurrency: concurrency, count: warmUp)
        let start = Usage.now()
        try await workload.perform(with: client, concurrency: concurrency, count: count)
        print((Usage.now() - start).line(per: count))
    }

    private static func record(_ workload: Workload, endpoint: String, directory: String) async throws {
        let (request, body) = try await signed(workload, endpoint: endpoint)
        let fields = request.headerFields.map { "\($0.name.rawName): \($0.value)" } + ["User-Agent: jobsys", "Accept:"]
        try write(Array(fields.joined(separator: "\n").utf8), to: "\(directory)/\(workload.rawValue).headers")
        try write(body, to: "\(directory)/\(workload.rawValue).body")
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "wb") else { throw UsageError() }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}

struct UsageError: Error {}

/// A client with fixed credentials.
func client(endpoint: String, transport: any HTTPTransport) throws -> AWSClient {
    let environment = [
        "AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": endpoint, "AWS_MAX_ATTEMPTS": "1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    ]
    return AWSClient(
        configuration: try AWSConfiguration(environment: environment, transport: transport),
        transport: transport
    )
}

/// The request that a client sends for a workload.
func signed(_ workload: Workload, endpoint: String) async throws -> (request: HTTPRequest, body: [UInt8]) {
    let capture = RequestCapture()
    do {
        try await workload.performOnce(with: client(endpoint: endpoint, transport: capture))
    } catch is AWSError {
        // Nothing is answered.
    }
    guard let request = capture.request else { throw UsageError() }
    return request
}
