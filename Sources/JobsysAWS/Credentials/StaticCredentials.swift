public import JobsysSigV4

/// The same credentials for ever.
public struct StaticCredentials: CredentialsProvider, Redacted {
    private let value: AWSCredentials

    /// Creates a provider that hands out `credentials`.
    public init(_ credentials: AWSCredentials) {
        value = credentials
    }

    /// The credentials.
    public func readyCredentials() -> AWSCredentials? { value }

    /// The credentials.
    public func credentials() async throws -> AWSCredentials { value }
}
