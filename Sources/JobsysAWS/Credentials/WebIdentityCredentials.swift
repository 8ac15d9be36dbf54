import FoundationEssentials
import JobsysHTTP
import JobsysSigV4

/// The credentials of a role that is taken on with a token from a file, which is read anew each time.
///
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
struct WebIdentityCredentials: CredentialsProvider {
    private static let provider = "web identity"

    let identity: WebIdentity
    let region: String
    let caller: CredentialsCaller

    func credentials() async throws -> AWSCredentials {
        let token = try token()
        do {
            return try await exchange(token)
        } catch let error as CredentialsError
            where (error.cause as? AWSError).map({ ErrorName($0.code) }) == "ExpiredToken"
        {
            // It may have been replaced between reading and sending.
            let fresh = try self.token()
            guard fresh != token else { throw error }
            return try await exchange(fresh)
        }
    }

    private func exchange(_ token: String) async throws -> AWSCredentials {
        let operation = STS.AssumeRoleWithWebIdentity(
            roleARN: identity.roleARN,
            sessionName: identity.sessionName ?? caller.sessionName,
            token: token
        )
        return try await caller.perform(operation, region: region, provider: Self.provider)
    }

    private func token() throws(CredentialsError) -> String {
        let problem: String
        do {
            let token = try LocalFile(path: identity.tokenFile).text()
            guard token.isEmpty else { return token }
            problem = "is empty"
        } catch {
            problem = error.description
        }
        throw CredentialsError(
            .misconfigured,
            provider: Self.provider,
            "the token's file \(identity.tokenFile) \(problem)"
        )
    }
}

extension WebIdentity {
    /// Reads `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN` and `AWS_ROLE_SESSION_NAME`; nil if not both of the first
    /// two are set.
    init?(environment: [String: String]) {
        guard let file = environment.nonBlank("AWS_WEB_IDENTITY_TOKEN_FILE"),
            let role = environment.nonBlank("AWS_ROLE_ARN")
        else { return nil }
        self.init(tokenFile: file, roleARN: role, sessionName: environment.nonBlank("AWS_ROLE_SESSION_NAME"))
    }
}

extension CredentialsCaller {
    /// A name for a session that nobody has named; it tells when it began.
    var sessionName: String { "jobsys-\(Int(runtime.now().timeIntervalSince1970))" }
}

/// A role that is taken on with a token from a file, as in a pod of EKS.
struct WebIdentity: Sendable, Hashable {
    let tokenFile: String
    let roleARN: String
    let sessionName: String?
}

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
