import JobsysHTTP
import JobsysSigV4

/// The credentials of the profile in use; the shared files are read anew each time.
///
/// A profile has `role_arn` with `source_profile`, `credential_source` or `web_identity_token_file`, or signs in with
/// IAM Identity Center, or has keys, or names a `credential_process`; the first of these counts. `mfa_serial` and
/// `login_session` are refused: both need somebody at a keyboard.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
struct ProfileCredentials: CredentialsProvider, Redacted {
    static let provider = "profile"

    let environment: [String: String]
    let region: String
    let transport: any HTTPTransport
    let runtime: AWSRuntime

    func credentials() async throws -> AWSCredentials {
        let caller = try CredentialsCaller(environment: environment, transport: transport, runtime: runtime)
        guard let source = try ProfileSource(caller.settings.shared) else {
            throw CredentialsError(
                .notConfigured,
                provider: Self.provider,
                "profile \(caller.settings.shared.profileName) has no credentials\(caller.settings.shared.unreadableNote)"
            )
        }
        do {
            return try await credentials(from: source, caller)
        } catch let error as CredentialsError where error.code == .notConfigured {
            // The profile counts on it, so nobody else is to be asked.
            throw CredentialsError(.misconfigured, provider: error.provider, error.message)
        }
    }

    private func credentials(from source: ProfileSource, _ caller: CredentialsCaller) async throws -> AWSCredentials {
        let provider: any CredentialsProvider
        switch source {
        case .role(var operation, let sessionName, let origin):
            operation.sessionName = sessionName ?? caller.sessionName
            let credentials = try await credentials(from: origin, caller)
            return try await caller.perform(
                operation,
                region: region,
                credentials: credentials,
                provider: Self.provider
            )
        case .keys(let keys):
            provider = StaticCredentials(keys)
        case .webIdentity(let identity):
            provider = WebIdentityCredentials(identity: identity, region: region, caller: caller)
        case .sso(let profile):
            provider = SSOCredentials(profile: profile, caller: caller)
        case .process(let command):
            provider = ProcessCredentials(command: command, environment: environment)
        case .environment:
            provider = EnvironmentCredentials(environment: environment)
        case .container:
            provider = ContainerCredentials(environment: environment, transport: transport, runtime: runtime)
        case .instance:
            provider = InstanceCredentials(environment: environment, transport: transport, runtime: runtime)
        }
        return try await provider.credentials()
    }
}
