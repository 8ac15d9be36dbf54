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
        if Self.throttlingCodes.contains(failure.code) || failure.status == 429 {
            self = .throttled
        } else if Self.expiryCodes.contains(failure.code) {
            self = .refreshCredentials
        } else if Self.transientCodes.contains(failure.code) || [500, 502, 503, 504].contains(failure.status) {
            self = .transient
        } else {
            self = .fail
        }
    }

    private static let throttlingCodes: Set<String> = [
        "BandwidthLimitExceeded", "EC2ThrottledException", "KmsThrottled", "KmsThrottlingException",
        "LimitExceededException", "PriorRequestNotComplete", "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled", "RequestThrottledException", "SlowDown", "ThrottledException", "Throttling",
        "ThrottlingException", "TooManyRequestsException", "TransactionInProgressException",
    ]

    private static let transientCodes: Set<String> = [
        "IDPCommunicationError", "IDPCommunicationErrorException", "ReplicatedWriteConflictException",
        "RequestTimeout", "RequestTimeoutException", "TransactionConflictException",
    ]

    private static let expiryCodes: Set<String> = ["ExpiredToken", "ExpiredTokenException"]

    /// What services say of a signature whose date is off; also said of other faults, so only a clock that was
    /// corrected since makes them worth another attempt.
    static let clockCodes: Set<String> = [
        "AccessDeniedException", "AuthFailure", "InvalidSignatureException", "RequestExpired", "RequestInTheFuture",
        "RequestTimeTooSkewed", "SignatureDoesNotMatch",
    ]
}
