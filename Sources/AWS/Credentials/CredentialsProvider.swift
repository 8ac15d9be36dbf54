public import AWSSigV4

/// Somebody who knows credentials.
public protocol CredentialsProvider: Sendable {
    /// The credentials to sign with now.
    ///
    /// - Throws: ``CredentialsError``, or `CancellationError` if the calling task is cancelled.
    func credentials() async throws -> AWSCredentials

    /// The credentials if they are at hand; nil if ``credentials()`` may have to wait for somebody.
    func readyCredentials() -> AWSCredentials?

    /// Says that AWS refused these credentials as expired, so that a cache does not hand them out again.
    func discard(_ credentials: AWSCredentials)
}

extension CredentialsProvider {
    /// Not at hand.
    public func readyCredentials() -> AWSCredentials? { nil }

    /// Nothing to do: nothing is kept.
    public func discard(_ credentials: AWSCredentials) {}
}
