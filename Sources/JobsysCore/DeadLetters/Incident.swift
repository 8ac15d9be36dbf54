public import JobsysObservability
public import JobsysTime

/// What is known about a job that failed for good; one for each generation of a job.
public struct Incident: Sendable, Hashable {
    /// What the incident is about, and its key.
    public var id: ID
    /// Whose job it was.
    public var tenant: String
    /// Which handler should have run it; nil if there is no record of the job.
    public var jobType: String?
    /// The failure that ended it.
    public var failure: Job.RecordedFailure
    /// The failures before that, of the attempts that were tried again, oldest first.
    public var history: [Job.RecordedFailure]
    /// How many attempts it had.
    public var attempts: Int
    /// The trace of the submission, if there is a job.
    public var traceID: TraceID?
    /// The start of the payload, or of a message that is none of ours; redacted.
    public var excerpt: String
    /// The size and hash of the whole message; nil if the incident is a job's, whose record has its payload.
    public var body: BodyDigest?
    /// When people had been told of it; nil as long as nobody was.
    public var announcedAt: Timestamp?
    /// Whether it is a job's, and not a message's that belongs to none.
    public var isJob: Bool { if case .job = id { true } else { false } }
    /// Whether somebody has to find out what happened.
    public var needsInvestigation: Bool { failure.errorClass == .unknown }

    /// What an incident is about.
    public enum ID: Sendable, Hashable {
        /// A job that failed in one of its generations.
        case job(JobID, generation: Int)
        /// A message that belongs to no job, by the id it had in its first queue.
        case message(String)
    }

    /// Makes an incident.
    public init(
        id: ID,
        tenant: String,
        jobType: String?,
        failure: Job.RecordedFailure,
        history: [Job.RecordedFailure] = [],
        attempts: Int,
        traceID: TraceID?,
        excerpt: String,
        body: BodyDigest? = nil,
        announcedAt: Timestamp? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.jobType = jobType
        self.failure = failure
        self.history = history
        self.attempts = attempts
        self.traceID = traceID
        self.excerpt = excerpt
        self.body = body
        self.announcedAt = announcedAt
    }

    /// The longest excerpt, in bytes.
    static let excerptLimit = 2048
}

extension Incident.ID: CustomStringConvertible {
    /// The job and its generation, or the message.
    public var description: String {
        switch self {
        case .job(let id, let generation): "\(id)#\(generation)"
        case .message(let id): "message#\(id)"
        }
    }
}

extension Incident {
    /// Makes the incident of a job that is about to be marked as failed.
    init(of job: Job, failure: Job.RecordedFailure) {
        self.init(
            id: .job(job.id, generation: job.generation),
            tenant: job.tenant,
            jobType: job.type,
            failure: failure,
            history: job.failures,
            attempts: job.attempts,
            traceID: job.traceID,
            excerpt: Redactor.standard.excerpt(of: job.payload.hiding(job.sensitive), maxBytes: Self.excerptLimit)
        )
    }

    /// Makes the incident of a message that belongs to no job, or to one whose record cannot be written.
    init(ofStray delivery: Delivery, failure: Job.RecordedFailure) {
        self.init(
            id: .message(delivery.deadLetterReason?.messageID ?? delivery.messageID),
            tenant: Submission.defaultTenant,
            // Anybody may have written it.
            jobType: delivery.jobType.flatMap { isJobTypeName($0) ? $0 : nil },
            failure: failure,
            attempts: 0,
            traceID: nil,
            excerpt: Redactor.standard.excerpt(of: delivery.body, maxBytes: Self.excerptLimit),
            body: delivery.wholeBody ?? BodyDigest(delivery.body)
        )
    }
}

extension Incident {
    /// The incident in one line, for people: what failed, with what, after how many attempts.
    ///
    /// No payload: what is told leaves the account.
    public var summary: String {
        let subject =
            switch id {
            case .job(let id, let generation):
                "job \(id)" + (generation > 0 ? " (generation \(generation))" : "")
            case .message(let id): "message \(id)"
            }
        let type = jobType.map { " of type \($0)" } ?? ""
        let effort = attempts == 1 ? "1 attempt" : "\(attempts) attempts"
        return "\(subject)\(type) failed for good after \(effort): \(failure.errorClass.rawValue): \(failure.message)"
    }

    /// The summary, and how many other incidents there are that nobody was told of.
    public func summary(withheld: Int) -> String {
        withheld == 0 ? summary : "\(summary) (and \(withheld) more before it)"
    }
}
