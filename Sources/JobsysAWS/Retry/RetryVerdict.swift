/// Whether a failed attempt is worth another, and on what terms.
///
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
public enum RetryVerdict: Sendable, Hashable {
    /// It would fail again.
    case fail
    /// Something broke for a moment.
    case transient
    /// The service asked for fewer requests; the pause is longer.
    case throttled
    /// The credentials have run out; again at once with new ones, but once only.
    case refreshCredentials
    /// The signature's date was wrong; again at once with the service's time.
    case correctClock

    /// The verdict on an error answer, by its code and status.
    public init(_ failure: AWSServiceFailure) {
        self.init(failure.name, status: failure.status)
    }

    /// The verdict on an error, by its name and, unless it is a part of an answer, the answer's status.
    init(_ name: ErrorName, status: Int? = nil) {
        if Self.throttlingErrors.contains(name) || status == 429 {
            self = .throttled
        } else if name == "ExpiredToken" {
            self = .refreshCredentials
        } else if Self.transientErrors.contains(name) || [500, 502, 503, 504].contains(status) {
            self = .transient
        } else {
            self = .fail
        }
    }

    private static let throttlingErrors: Set<ErrorName> = [
        "BandwidthLimitExceeded", "EC2Throttled", "KmsThrottled", "KmsThrottling", "LimitExceeded",
        "PriorRequestNotComplete", "ProvisionedThroughputExceeded", "RequestLimitExceeded", "RequestThrottled",
        "SlowDown",
        "Throttled", "Throttling", "TooManyRequests", "TransactionInProgress",
    ]

    private static let transientErrors: Set<ErrorName> = [
        "IDPCommunicationError", "ReplicatedWriteConflict", "RequestTimeout", "TransactionConflict",
    ]

    /// What services say of a signature whose date is off; also said of other faults, so only a clock that was
    /// corrected since makes them worth another attempt.
    static let clockErrors: Set<ErrorName> = [
        "AccessDenied", "AuthFailure", "InvalidSignature", "RequestExpired", "RequestInTheFuture",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    ]
}
