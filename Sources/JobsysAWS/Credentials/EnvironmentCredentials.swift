import FoundationEssentials
public import JobsysSigV4

/// Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and `AWS_CREDENTIAL_EXPIRATION`.
public struct EnvironmentCredentials: CredentialsProvider, Redacted {
    private static let provider = "environment"
    private let environment: [String: String]

    /// Creates a provider over a copy of the process's environment.
    public init(environment: [String: String]) {
        self.environment = environment
    }

    /// The credentials, if both keys are set.
    public func credentials() async throws -> AWSCredentials {
        do {
            try Self.checkComplete(environment)
        } catch {
            throw CredentialsError(.misconfigured, provider: Self.provider, "\(error)")
        }
        guard let id = environment.nonBlank("AWS_ACCESS_KEY_ID"),
            let secret = environment.nonBlank("AWS_SECRET_ACCESS_KEY")
        else {
            throw CredentialsError(.notConfigured, provider: Self.provider, "AWS_ACCESS_KEY_ID is not set")
        }
        return AWSCredentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: environment.nonBlank("AWS_SESSION_TOKEN"),
            expiration: environment.nonBlank("AWS_CREDENTIAL_EXPIRATION").flatMap(Date.init(credentialsTimestamp:))
        )
    }

    /// Refuses one key without the other, and an expiry of the keys that is no date.
    static func checkComplete(_ environment: [String: String]) throws(AWSConfigurationError) {
        let (id, secret) = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        for (key, other) in [(id, secret), (secret, id)] where environment.nonBlank(other) != nil {
            guard environment.nonBlank(key) != nil else {
                throw AWSConfigurationError(key: key, found: nil, expected: "a value, because \(other) is set")
            }
        }
        let expiration = "AWS_CREDENTIAL_EXPIRATION"
        // Without keys nothing expires.
        if environment.nonBlank(id) != nil, let text = environment.nonBlank(expiration),
            Date(credentialsTimestamp: text) == nil
        {
            throw AWSConfigurationError(key: expiration, found: text, expected: "a time such as 2026-01-31T12:00:00Z")
        }
    }
}
