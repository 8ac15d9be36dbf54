public import JobsysJSON

/// How one attempt ended.
public enum JobOutcome: Sendable, Hashable {
    /// Done, with this result.
    case succeeded(JSONValue)
    /// Failed; the class says whether it is tried again.
    case failed(JobFailure)
    /// Stopped before its end because the worker stops; costs no attempt.
    case interrupted
    /// Stopped because somebody else holds the job now.
    case leaseLost
    /// Stopped because somebody asked for the job's cancellation.
    case cancelled
}
