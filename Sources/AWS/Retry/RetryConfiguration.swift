/// How often and how long a failed operation is repeated.
public struct RetryConfiguration: Sendable, Hashable {
    /// The number of attempts, the first included; nil for the service's own (3, DynamoDB 4).
    public var maxAttempts: Int?

    /// The time for all attempts and pauses together; nil for no limit.
    ///
    /// The timeout of an attempt is cut to what is left, and a pause that would go beyond it is not begun: the
    /// operation fails with its last error. A refresh of credentials has limits of its own and is counted, not cut.
    public var operationTimeout: Duration?

    /// Creates a configuration.
    public init(maxAttempts: Int? = nil, operationTimeout: Duration? = nil) {
        precondition(maxAttempts ?? 1 > 0, "maxAttempts must be at least 1")
        self.maxAttempts = maxAttempts
        self.operationTimeout = operationTimeout
    }

    /// Reads `AWS_MAX_ATTEMPTS` and `AWS_RETRY_MODE`.
    public init(environment: [String: String]) throws(AWSConfigurationError) {
        if let mode = environment.nonBlank("AWS_RETRY_MODE"), mode.lowercased() != "standard" {
            throw AWSConfigurationError(
                key: "AWS_RETRY_MODE",
                found: mode,
                expected: "standard; the modes legacy and adaptive are not supported"
            )
        }
        self.init(maxAttempts: try environment.positiveInteger("AWS_MAX_ATTEMPTS"))
    }
}
