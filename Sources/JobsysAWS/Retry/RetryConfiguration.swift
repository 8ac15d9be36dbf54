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
    /// date is repeated. The expiry of credentials is judged by that time, too.
    public var correctsClockSkew: Bool

    /// Creates a configuration.
    public init(maxAttempts: Int? = nil, operationTimeout: Duration? = nil, correctsClockSkew: Bool = true) {
        precondition(maxAttempts ?? 1 > 0, "maxAttempts must be at least 1")
        self.maxAttempts = maxAttempts
        self.operationTimeout = operationTimeout
        self.correctsClockSkew = correctsClockSkew
    }

    /// Reads `AWS_MAX_ATTEMPTS` (`max_attempts` of the profile), `AWS_RETRY_MODE` (`retry_mode`) and
    /// `AWS_DISABLE_CLOCK_SKEW_CORRECTION` (`disable_clock_skew_correction`).
    init(_ settings: AWSSettings) throws(AWSConfigurationError) {
        if let mode = settings.setting("AWS_RETRY_MODE", property: "retry_mode"), mode.text.lowercased() != "standard" {
            throw AWSConfigurationError(
                key: mode.place,
                found: mode.text,
                expected: "standard; the modes legacy and adaptive are not supported"
            )
        }
        let (key, property) = ("AWS_DISABLE_CLOCK_SKEW_CORRECTION", "disable_clock_skew_correction")
        self.init(
            maxAttempts: try settings.positiveInteger("AWS_MAX_ATTEMPTS", property: "max_attempts"),
            correctsClockSkew: try !settings.flag(key, property: property)
        )
    }
}
