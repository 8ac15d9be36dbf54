/// A store or a queue that failed: what every port throws.
public struct DependencyError: Error, Sendable, CustomStringConvertible {
    /// What failed, such as `dynamodb` or `sqs`.
    public var dependency: String
    /// The failing side's own code; one of a bounded set, fit for a metric's label.
    public var code: String
    /// What happened, for a reader.
    public var message: String
    /// Whether the same call may go better later.
    public var isTransient: Bool
    /// Whether it refuses what this one call asked for, such as a message that is too long, and would do others.
    ///
    /// Such an error is one job's, or one message's, and says nothing about the dependency.
    public var refusesRequest: Bool
    /// The error beneath.
    public var cause: (any Error)?

    /// Makes an error of a dependency.
    public init(
        dependency: String,
        code: String,
        message: String,
        isTransient: Bool,
        refusesRequest: Bool = false,
        cause: (any Error)? = nil
    ) {
        self.dependency = dependency
        self.code = code
        self.message = message
        self.isTransient = isTransient
        self.refusesRequest = refusesRequest
        self.cause = cause
    }

    /// The dependency, the code and the message.
    public var description: String {
        "\(dependency): \(code): \(message)"
    }
}
