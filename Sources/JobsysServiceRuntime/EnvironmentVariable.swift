public import Configuration

/// A variable that an executable reads from its environment, as `--help` lists it and the start checks it.
public protocol EnvironmentVariable: Sendable {
    /// Its name, such as `SQS_QUEUE_URL`.
    var key: String { get }
    /// What it is for, in a few words and without a full stop.
    var summary: String { get }
    /// What may be written into it, such as "a whole number from 0 to 65535".
    var expected: String { get }
    /// What holds if it is unset.
    var whenUnset: WhenUnset { get }
    /// Whether the value never appears in a text.
    var isSecret: Bool { get }
    /// Whether a new value in the store of settings holds at once, without a new start.
    var changesWhileRunning: Bool { get }
    /// What is wrong with it in this configuration, or `nil`.
    func problem(in config: ConfigReader) -> ConfigurationError?
}

extension EnvironmentVariable {
    /// It is none, unless its name or its look says so.
    public var isSecret: Bool { false }

    /// It holds from the start to the end.
    public var changesWhileRunning: Bool { false }
}

/// What holds if an environment variable is unset or blank.
public enum WhenUnset: Hashable, Sendable {
    /// The start fails.
    case required
    /// There is no value, and that is fine.
    case optional
    /// As if this text had been set.
    case defaultsTo(String)
}

/// A variable that something else reads, such as the AWS client; it is declared to be listed by `--help`.
public struct DocumentedVariable: EnvironmentVariable {
    /// Its name, such as `SQS_QUEUE_URL`.
    public let key: String
    /// What it is for, in a few words and without a full stop.
    public let summary: String
    /// What may be written into it, as the end of a sentence.
    public let expected: String
    /// What holds if it is unset or blank.
    public let whenUnset: WhenUnset

    /// Creates the documentation of a variable.
    public init(_ key: String, summary: String, expected: String, whenUnset: WhenUnset = .optional) {
        self.key = key
        self.summary = summary
        self.expected = expected
        self.whenUnset = whenUnset
    }

    /// Always `nil`: whoever reads the variable checks it.
    public func problem(in config: ConfigReader) -> ConfigurationError? {
        nil
    }
}
