public import JobsysJSON

/// How one attempt ended.
public enum JobOutcome: Sendable, Hashable {
    /// Done, with this result.
    case succeeded(JSONValue)
    /// Failed; the class says whether it is tried again.
    case failed(JobFailure)
    /// Not done, because jobs of the type cannot be run until somebody has looked; the text says why. Costs no attempt.
    case unavailable(String)
    /// Stopped before its end because the worker stops; costs no attempt.
    case interrupted
    /// Stopped because somebody else holds the job now.
    case leaseLost
    /// Stopped because somebody asked for the job's cancellation.
    case cancelled
}

/// What a handler throws when jobs of its type cannot be run until somebody has looked: the type is paused, and the job waits
/// as if its attempt had never begun.
package struct TypeUnavailable: Error, Sendable, Hashable {
    /// Why, for whoever resumes the type.
    package let reason: String

    /// Makes an error.
    package init(_ reason: String) {
        self.reason = reason
    }
}
