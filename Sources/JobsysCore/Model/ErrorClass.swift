/// What kind of failure an attempt met.
///
/// Each class has one policy.
public enum ErrorClass: String, Sendable, Hashable, CaseIterable, Codable {
    /// The job itself is wrong and will be wrong again: never retried.
    case validation = "VALIDATION"
    /// Something could not be reached, or broke off.
    case network = "NETWORK"
    /// Something asked for less: retried more slowly.
    case rateLimit = "RATE_LIMIT"
    /// Something that should work did not.
    case system = "SYSTEM"
    /// Nobody said what it was: retried, and its incident asks for a look.
    case unknown = "UNKNOWN"

    /// Whether another attempt may go better.
    public var isRetryable: Bool {
        self != .validation
    }

    /// How long to wait before the attempts that follow a failure of this class.
    public var backoff: Backoff {
        switch self {
        case .rateLimit: Backoff(base: .seconds(5), limit: .seconds(300))
        case .validation, .network, .system, .unknown: Backoff(base: .seconds(1), limit: .seconds(60))
        }
    }
}
