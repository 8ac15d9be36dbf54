import JobsysObservability

/// What is wrong with the settings of a start, or with a file that they name; its text has a line for each problem.
///
/// It ends a service with exit code 78 before it has begun.
public protocol ConfigurationProblem: Error, CustomStringConvertible {}

/// A setting that is missing or malformed: it stops the start with one line.
///
/// The text names the key, what was found and what was expected. What was found is shown without the secrets in it, cut
/// to 100 characters, and with line breaks escaped.
public struct ConfigurationError: ConfigurationProblem, Hashable, Sendable {
    /// The environment variable's name.
    public let key: String
    /// What was found, fit to be printed; `nil` if the variable is unset or blank.
    public let found: String?
    /// What was expected, such as "an http or https URL".
    public let expected: String

    /// Creates the error.
    ///
    /// - Parameters:
    ///   - key: The environment variable's name.
    ///   - found: The value as it is in the environment; `nil` if there is none.
    ///   - expected: What was expected.
    ///   - isSecret: Whether the value is never to be shown.
    public init(key: String, found: String?, expected: String, isSecret: Bool = false) {
        self.key = key
        self.found = found.map { isSecret ? "[redacted]" : Self.printable($0) }
        self.expected = expected
    }

    /// For example: `PORT: found "http", expected a whole number from 0 to 65535`.
    public var description: String {
        guard let found else { return "\(key): missing, expected \(expected)" }
        return "\(key): found \(found.debugDescription), expected \(expected)"
    }

    private static func printable(_ value: String) -> String {
        let redacted = Redactor.standard.redact(text: value)
        return redacted.count <= 100 ? redacted : redacted.prefix(100) + "…"
    }
}

/// Everything that is wrong with the settings of one start, so that nobody has to fix them one start at a time.
public struct ConfigurationErrors: ConfigurationProblem, Hashable, Sendable {
    /// The problems, in the order in which the settings are declared.
    public let problems: [ConfigurationError]

    /// Creates the error.
    public init(_ problems: [ConfigurationError]) {
        self.problems = problems
    }

    /// One line for each problem.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
