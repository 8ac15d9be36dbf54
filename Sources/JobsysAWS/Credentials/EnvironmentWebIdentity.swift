import JobsysHTTP
import JobsysSigV4

/// The web identity that the environment names, as EKS sets it up.
struct EnvironmentWebIdentity: CredentialsProvider, Redacted {
    let environment: [String: String]
    let region: String
    let transport: any HTTPTransport
    let runtime: AWSRuntime

    func credentials() async throws -> AWSCredentials {
        guard let identity = WebIdentity(environment: environment) else {
            throw CredentialsError(
                .notConfigured,
                provider: "web identity",
                "AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are not both set"
            )
        }
        let caller = try CredentialsCaller(environment: environment, transport: transport, runtime: runtime)
        return try await WebIdentityCredentials(identity: identity, region: region, caller: caller).credentials()
    }
}

extension CredentialsCaller {
    /// Reads the shared files as they are now.
    init(
        environment: [String: String],
        transport: any HTTPTransport,
        runtime: AWSRuntime
    ) throws(CredentialsError) {
        do {
            self.init(
                settings: try AWSSettings(environment: environment),
                transport: transport,
                runtime: runtime
            )
        } catch {
            throw CredentialsError(.misconfigured, provider: "shared configuration", error.description)
        }
    }
}
