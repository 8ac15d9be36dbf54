/// A setting that is missing or makes no sense.
public struct AWSConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The environment variable, or the place in a shared configuration file.
    public let key: String

    /// Its value, or what is wrong with the place; nil if it is not set; never a secret.
    public let found: String?

    /// What it should have been.
    public let expected: String

    /// One line with key, finding and expectation.
    public var description: String {
        guard let found else { return "\(key): missing; expected \(expected)" }
        return "\(key): found \"\(found)\"; expected \(expected)"
    }

    /// Creates the error.
    public init(key: String, found: String?, expected: String) {
        self.key = key
        self.found = found
        self.expected = expected
    }
}
