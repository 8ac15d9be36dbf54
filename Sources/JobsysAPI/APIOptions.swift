import FoundationEssentials
import JobsysAWS
package import JobsysCore
package import JobsysObservability
package import JobsysTime

/// What the API is limited to and measured by; a test chooses its own.
package struct APIOptions: Sendable {
    /// The longest body of a submission, in bytes: the payload and what is around it.
    package var bodyLimit = Submission.payloadLimit + 16 * 1024
    /// How long a body may take to arrive.
    package var bodyDeadline = Duration.seconds(20)
    /// Measures waits, deadlines and how long requests take.
    package var clock: any Clock<Duration> = ContinuousClock()
    /// The wall clock, for what is recorded.
    package var now: @Sendable () -> Timestamp = Timestamp.now
    /// Makes the ids of jobs that have no idempotency key.
    package var makeJobID: @Sendable (Timestamp) -> JobID = { JobID(at: $0) }
    /// Makes the ids of requests that bring none.
    package var makeRequestID: @Sendable () -> String = InvocationID.unique
    /// Makes the traces of requests that belong to none.
    package var makeTrace: @Sendable () -> TraceContext = {
        var random = SystemRandomNumberGenerator()
        return TraceContext.new(now: Date(), random: &random)
    }

    /// Makes the options of production.
    package init() {}
}
