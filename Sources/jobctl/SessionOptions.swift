import ArgumentParser
import FoundationEssentials
import Glibc
import JobsysHTTP

/// What every command can be told: where the service is, and how to write.
struct SessionOptions: ParsableArguments {
    @Option(help: "Where svc-api is (default: $JOBSYS_URL, or \(ServiceURL.fallback)).")
    var url: ServiceURL?

    @Option(help: "How to write: json, one object a line, or table (default: table on a terminal, json elsewhere).")
    var output: OutputFormat?

    /// How to write.
    var format: OutputFormat {
        output ?? (isatty(STDOUT_FILENO) == 1 ? .table : .json)
    }

    /// Runs a command's work with a client; what the service refuses, or does not answer, ends the process with a line on
    /// standard error.
    func withClient(_ work: (APIClient) async throws -> Void) async throws {
        let client = APIClient(url: try serviceURL, transport: try CurlTransport())
        do {
            try await work(client)
        } catch let failure as APIFailure {
            StandardError.write("jobctl: \(failure)")
            throw failure.exitCode
        }
    }

    private var serviceURL: ServiceURL {
        get throws {
            if let url { return url }
            let text = ProcessInfo.processInfo.environment["JOBSYS_URL"] ?? ServiceURL.fallback
            guard let url = ServiceURL(argument: text) else {
                throw ValidationError("JOBSYS_URL: found \"\(text)\", expected an http or https URL without a query")
            }
            return url
        }
    }
}

extension APIFailure {
    fileprivate var exitCode: ExitCode {
        switch self {
        case .noAnswer, .strangeAnswer: ExitCode(69)
        case .refused: .failure
        }
    }
}
