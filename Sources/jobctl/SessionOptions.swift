import ArgumentParser
import FoundationEssentials
import Glibc
import HTTPTypes
import JobsysClient
import JobsysHTTP

/// What every command can be told: where the service is, how to reach it, and how to write.
struct SessionOptions: ParsableArguments {
    @Option(help: "Where svc-api is (default: $JOBSYS_URL, or \(ServiceURL.fallback)).")
    var url: ServiceURL?

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
    /// - Throws: `ValidationError` that names the option or the variable that is wrong.
    func client(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws -> APIClient {
        APIClient(
            url: try serviceURL(environment),
            transport: try CurlTransport(configuration: transport(environment)),
            patience: .seconds(retrySeconds),
            notice: { StandardError.write("jobctl: \($0)") },
            headers: try credentials(environment)
        )
    }

    /// What the service is shown of who asks, as `$JOBSYS_TOKEN` or the file `$JOBSYS_TOKEN_FILE` says.
    private func credentials(_ environment: [String: String]) throws -> HTTPFields {
        do {
            return try Credential(environment: environment)?.headers ?? [:]
        } catch {
            throw ValidationError("\(error)")
        }
    }

    /// The command that shows a job with the same options.
    func showCommand(_ id: String) -> String {
        let options = (url.map { " --url \($0)" } ?? "") + (cacert.map { " --cacert \($0)" } ?? "")
        return "jobctl show \(id) --wait\(options)"
    }

    /// Where the service is: the option, the variable unless it is empty, or where `scripts/dev` starts it.
    func serviceURL(_ environment: [String: String]) throws -> ServiceURL {
        if let url { return url }
        let text = environment.setting("JOBSYS_URL") ?? ServiceURL.fallback
        guard let url = ServiceURL(argument: text) else {
            throw ValidationError("JOBSYS_URL: found \"\(text)\", expected an http or https URL without a query")
        }
        return url
    }

    /// Which authorities and proxies to use.
    ///
    /// Source: curl(1), `--cacert` and ENVIRONMENT.
    func transport(_ environment: [String: String]) throws -> CurlTransport.Configuration {
        do {
            return try CurlTransport.Configuration(
                userAgent: "jobctl",
                caBundle: cacert.map { (source: "--cacert", path: $0) },
                environment: environment
            )
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
