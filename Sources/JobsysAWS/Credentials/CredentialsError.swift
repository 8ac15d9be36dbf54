/// Why there are no credentials.
public struct CredentialsError: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    public let code: Code

    /// The provider's name, such as `container`.
    public let provider: String

    /// What was looked for and what was found; never a secret.
    public let message: String

    /// The error underneath.
    public let cause: (any Error)?

    /// Kinds of failures; an open set.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case notConfigured
            case misconfigured
            case unavailable
            case refused
            case unreadable
        }

        private let kind: Kind

        /// The provider is not in use here; the next one may be.
        public static let notConfigured = Code(kind: .notConfigured)
        /// The provider is in use, but its settings make no sense.
        public static let misconfigured = Code(kind: .misconfigured)
        /// The provider's source did not answer, or said that it cannot now.
        public static let unavailable = Code(kind: .unavailable)
        /// The provider's source said no.
        public static let refused = Code(kind: .refused)
        /// The source's answer is not what it should be.
        public static let unreadable = Code(kind: .unreadable)

        /// The code's name.
        public var description: String { kind.rawValue }
    }

    /// Whether asking again later may help.
    public var isRetryable: Bool { code == .unavailable || code == .unreadable }

    /// Provider and message.
    public var description: String { "\(provider): \(message)" }

    /// Creates an error.
    public init(_ code: Code, provider: String, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.provider = provider
        self.message = message
        self.cause = cause
    }
}
