/// How often and how long a failed operation is repeated.
public struct RetryConfiguration: Sendable, Hashable {
    /// The number of attempts, the first included; nil for the service's own (3, DynamoDB 4).
    public var maxAttempts: Int?

    /// The time for all attempts and pauses together; nil for no limit.
    ///
    /// The wait for credentials and the timeout of an attempt are cut to what is left, and a pause that would go
    /// beyond it is not begun: the operation fails with its last error.
    public var operationTimeout: Duration?

    /// Whether requests are signed with the service's time where this machine's is minutes off.
    ///
    /// What a refusal teaches holds for all later requests of the client, and a request that was refused for its
    /// date is repeated. The expiry of credentials is judged by this machine's time all the same.
    public var correctsClockSkew: Bool

    /// Creates a configuration.
    public init(maxAttempts: Int? = nil, operationTimeout: Duration? = nil, correctsClockSkew: Bool = true) {
        precondition(maxAttempts ?? 1 > 0, "maxAttempts must be at least 1")
        self.maxAttempts = maxAttempts
        self.operationTimeout = operationTimeout
        self.correctsClockSkew = correctsClockSkew
    }

    /// Reads `AWS_MAX_ATTEMPTS`, `AWS_RETRY_MODE` and `AWS_DISABLE_CLOCK_SKEW_CORRECTION`.
    public init(environment: [String: String]) throws(AWSConfigurationError) {
        if let mode = environment.nonBlank("AWS_RETRY_MODE"), mode.lowercased() != "standard" {
            throw AWSConfigurationError(
                key: "AWS_RETRY_MODE",
                found: mode,
                expected: "standard; the modes legacy and adaptive are not supported"
            )
        }
        self.init(
            maxAttempts: try environment.positiveInteger("AWS_MAX_ATTEMPTS"),
            correctsClockSkew: try !environment.flag("AWS_DISABLE_CLOCK_SKEW_CORRECTION")
        )
    }
}
