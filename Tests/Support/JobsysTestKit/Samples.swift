public import JobsysCore
public import JobsysJSON
public import JobsysObservability
public import JobsysTime

extension Timestamp {
    /// A fixed instant that samples start from.
    public static let sample = Timestamp(milliseconds: 1_763_720_000_123)
}

extension TraceContext {
    /// A fixed place in a fixed trace.
    public static let sample: TraceContext = {
        guard
            let context = TraceContext(
                xrayHeader: "Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1"
            )
        else { preconditionFailure("the sample is a well-formed header") }
        return context
    }()
}

extension Job {
    /// A job as it is right after its submission.
    public static func sample(
        type: String = "transform",
        payload: JSONValue = ["text": "hello"],
        maxAttempts: Int? = nil,
        idempotencyKey: String? = nil,
        orderingKey: String? = nil,
        start: StartTime? = nil,
        at now: Timestamp = .sample
    ) -> Job {
        let submission = Submission(
            type: type,
            payload: payload,
            maxAttempts: maxAttempts,
            idempotencyKey: idempotencyKey,
            orderingKey: orderingKey,
            start: start
        )
        return Job(submission, id: JobID(at: now), traceID: TraceContext.sample.traceID, at: now)
    }
}

extension Claim {
    /// A claim of a job's current generation with a lease of a minute.
    public static func sample(
        of job: Job,
        owner: String = "one",
        messageID: String = "message",
        at now: Timestamp = .sample
    ) -> Claim {
        Claim(
            job.message,
            messageID: messageID,
            owner: owner,
            at: now,
            leaseExpiresAt: now + .seconds(60)
        )
    }
}

extension Run {
    /// The run that a claim began.
    public init(_ claim: Claim, attempt: Int) {
        self.init(jobID: claim.jobID, generation: claim.generation, attempt: attempt, owner: claim.owner)
    }
}
