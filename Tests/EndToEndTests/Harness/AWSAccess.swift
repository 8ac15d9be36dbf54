import JobsysAWS
import JobsysHTTP

/// How the tests and the services under test reach an emulator.
struct AWSAccess: Sendable {
    /// So peculiar that it can be found wherever it leaks.
    static let secret = "e2eSecretAccessKeyThatNobodyMayEverLog01"

    /// The variables that every AWS SDK reads.
    let environment: [String: String]
    /// The client that looks behind the services' backs.
    let client: AWSClient

    init(_ emulator: Emulator) throws {
        environment = [
            "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": Self.secret,
            "AWS_ENDPOINT_URL": emulator.endpoint,
        ]
        let configuration = try AWSConfiguration(environment: environment, transport: WebClient.transport)
        client = AWSClient(configuration: configuration, transport: WebClient.transport)
    }

    /// Runs the AWS CLI; answers what it says.
    @discardableResult
    func commandLine(_ arguments: String...) async throws -> String {
        var variables = environment
        variables["AWS_CONFIG_FILE"] = "/dev/null"
        variables["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
        variables["AWS_PAGER"] = ""
        variables["PATH"] = "/usr/local/bin:/usr/bin:/bin"
        // For SQS the CLI does not heed the variable.
        let endpoint = ["--endpoint-url", environment["AWS_ENDPOINT_URL", default: ""]]
        let aws = try TestEnvironment.required().tool("aws")
        let outcome = try await Command.run(aws, endpoint + arguments, environment: variables)
        guard outcome.status == .exited(0) else {
            throw HarnessError(
                "aws \(arguments.prefix(2).joined(separator: " ")): \(outcome.errors.drop(while: \.isNewline))"
            )
        }
        return outcome.output
    }
}
