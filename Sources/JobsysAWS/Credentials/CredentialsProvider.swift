public import FoundationEssentials
public import JobsysSigV4

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

    /// Says how far AWS's clock is ahead of this machine's, in seconds: when credentials expire is said in AWS's time.
    func adjustClock(by offset: TimeInterval)
}

extension CredentialsProvider {
    /// Not at hand.
    public func readyCredentials() -> AWSCredentials? { nil }

    /// Nothing to do: nothing is kept.
    public func discard(_ credentials: AWSCredentials) {}

    /// Nothing to do: no expiry is looked at.
    public func adjustClock(by offset: TimeInterval) {}
}

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

/// A value that holds secrets: no description shows what is in it, and neither does `dump`.
public protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    /// The type's name alone.
    public var description: String { "\(Self.self)([redacted])" }

    /// The type's name alone.
    public var debugDescription: String { description }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
