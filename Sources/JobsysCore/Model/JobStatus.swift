/// Where a job stands.
///
/// Every move between two of these is one conditional write.
public enum JobStatus: String, Sendable, Hashable, CaseIterable {
    /// Accepted, and no message is sent: it waits for other members of its workflow, or for room among them.
    case waiting = "WAITING"
    /// Accepted, to start at a later time.
    case scheduled = "SCHEDULED"
    /// Accepted, waiting for a worker.
    case pending = "PENDING"
    /// Held by a worker under a lease.
    case running = "RUNNING"
    /// Failed in a way that may pass; waiting for its next attempt.
    case retrying = "RETRYING"
    /// Done, with a result.
    case succeeded = "SUCCEEDED"
    /// Given up, with an incident. A redrive starts a new generation.
    case failedFinal = "FAILED_FINAL"
    /// Withdrawn before it ran.
    case cancelled = "CANCELLED"

    /// Whether nothing more will happen to the job in this generation.
    public var isFinal: Bool {
        switch self {
        case .succeeded, .failedFinal, .cancelled: true
        case .waiting, .scheduled, .pending, .running, .retrying: false
        }
    }
}
