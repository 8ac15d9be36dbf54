public import JobsysObservability

/// What a handler may know about the job that it runs.
public struct JobContext: Sendable {
    /// The job; a good idempotency key for calls downstream.
    public var jobID: JobID
    /// Whose job it is.
    public var tenant: String
    /// Which attempt this is, from 1.
    public var attempt: Int
    /// How many attempts there may be.
    public var maxAttempts: Int
    /// How often the job was redriven.
    public var generation: Int
    /// The trace of the submission.
    public var traceID: TraceID

    /// Makes the context of a job that was just claimed.
    public init(_ job: Job) {
        jobID = job.id
        tenant = job.tenant
        attempt = job.attempts
        maxAttempts = job.maxAttempts
        generation = job.generation
        traceID = job.traceID
    }
}
