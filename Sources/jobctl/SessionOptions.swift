import ArgumentParser
import FoundationEssentials
import Glibc
import HTTPTypes
import JobsysClient
import JobsysHTTP

/// What every command can be told: where the service is, how to reach it, and how to write.
struct SessionOptions: ParsableArguments {
    @Option(help: "Where svc-api is (default: $JOBSYS_URL, what the profile says, or \(ServiceURL.local)).")
    var url: ServiceURL?

    @Option(
        help: """
            The section of ~/.config/jobsys/config with url, token-file and cacert to use (default: $JOBSYS_PROFILE, or \
            \(ClientProfile.defaultName)).
            """
    )
    var profile: String?

    @Option(
        help: """
            A PEM file of the certificate authorities to trust, instead of the system's \
            (default: $CURL_CA_BUNDLE, or $SSL_CERT_FILE).
            """
    )
    var cacert: String?

    @Option(help: "How many seconds to repeat a request that the service does not answer, or cannot do just now.")
    var retrySeconds = 15

    @Option(help: "How to write: json, one object a line, or table (default: table on a terminal, json elsewhere).")
    var output: OutputFormat?

    /// How to write.
    var format: OutputFormat {
        output ?? (isatty(STDOUT_FILENO) == 1 ? .table : .json)
    }

    func validate() throws {
        guard (0...86_400).contains(retrySeconds) else {
            throw ValidationError("--retry-seconds must be from 0 to 86400.")
        }
    }

    /// A client of the service.
    ///
    /// - Throws: `ValidationError` that names the option, the variable or the line of the profile that is wrong.
    func client(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws -> APIClient {
        let settings = try settings(environment)
        return APIClient(
            url: settings.url,
            transport: try CurlTransport(configuration: settings.transport),
            patience: .seconds(retrySeconds),
            notice: { StandardError.write("jobctl: \($0)") },
            headers: settings.credential?.headers ?? [:]
        )
    }

    /// The command that shows a job with the same options.
    func showCommand(_ id: String) -> String {
        let options =
            (url.map { " --url \($0)" } ?? "") + (profile.map { " --profile \($0)" } ?? "")
            + (cacert.map { " --cacert \($0)" } ?? "")
        return "jobctl show \(id) --wait\(options)"
    }

    /// Where the service is, what it is shown, and how it is reached.
    ///
    /// - Throws: `ValidationError`, as ``client(_:)``.
    func settings(_ environment: [String: String]) throws -> ClientSettings {
        do {
            return try ClientSettings(
                userAgent: "jobctl",
                url: url,
                caBundle: cacert.map { (source: "--cacert", path: $0) },
                profile: profile.map { (source: "--profile", name: $0) },
                environment: environment
            )
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
