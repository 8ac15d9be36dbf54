/// How often and how long a failed operation is repeated.
public struct RetryConfiguration: Sendable, Hashable {
    /// The number of attempts, the first included; nil for the service's own (3, DynamoDB 4).
    public var maxAttempts: Int?

    /// The time for all attempts and pauses together; nil for no limit.
    ///
    /// The timeout of an attempt is cut to what is left, and a pause that would go beyond it is not begun: the
    /// operation fails with its last error. A wait for
    /// credentials ends with it, too; their refresh goes on.
    public var operationTimeout: Duration?

    /// Creates a configuration.
    public init(maxAttempts: Int? = nil, operationTimeout: Duration? = nil) {
        precondition(maxAttempts ?? 1 > 0, "maxAttempts must be at least 1")
        self.maxAttempts = maxAttempts
        self.operationTimeout = operationTimeout
    }

    /// Reads `AWS_MAX_ATTEMPTS` (`max_attempts` of the profile) and `AWS_RETRY_MODE` (`retry_mode`).
    init(_ settings: AWSSettings) throws(AWSConfigurationError) {
        if let mode = settings.setting("AWS_RETRY_MODE", property: "retry_mode"), mode.text.lowercased() != "standard" {
            throw AWSConfigurationError(
                key: mode.place,
                found: mode.text,
                expected: "standard; the modes legacy and adaptive are not supported"
            )
        }
        self.init(maxAttempts: try settings.positiveInteger("AWS_MAX_ATTEMPTS", property: "max_attempts"))
    }
}
