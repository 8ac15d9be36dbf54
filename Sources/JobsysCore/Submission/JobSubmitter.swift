public import JobsysObservability
public import JobsysTime
public import Logging

/// Accepts jobs: one conditional write of the record, then the message, then the ticket.
public struct JobSubmitter: Sendable {
    private let store: any JobStore
    private let queue: any JobSender
    private let meter: SubmissionMeter
    private let now: @Sendable () -> Timestamp
    private let makeID: @Sendable (Timestamp) -> JobID

    /// Makes a submitter, whose tickets the meter counts; the clock and the ids are injected.
    public init(
        store: any JobStore,
        queue: any JobSender,
        meter: SubmissionMeter = SubmissionMeter(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        makeID: @escaping @Sendable (Timestamp) -> JobID = { JobID(at: $0) }
    ) {
        self.store = store
        self.queue = queue
        self.meter = meter
        self.now = now
        self.makeID = makeID
    }

    /// What became of a submission.
    public enum Ticket: Sendable, Hashable {
        /// A new job.
        case accepted(Job)
        /// The job that an earlier submission with the same key made.
        case repeated(Job)
        /// The key belongs to a job that was asked for with other content.
        case keyReused(Job)
    }

    /// Writes the record and sends the message.
    ///
    /// When it returns a ticket, the job will run.
    ///
    /// A repeat of a job that no worker has started yet sends its message again, because the first submission may have
    /// died before its own send. One message too many is deleted by whoever receives it.
    ///
    /// - Parameters:
    ///   - submission: What is asked for.
    ///   - trace: What it is part of.
    ///   - id: The job's id; nil for the one that the idempotency key tells, or for a new one.
    /// - Returns: The ticket.
    /// - Throws: ``DependencyError``. The record may have been written then: a repeat with the same idempotency key or id
    ///   finds it and sends its message.
    public func submit(_ submission: Submission, trace: TraceContext, as id: JobID? = nil) async throws -> Ticket {
        let instant = now()
        let id = id ?? submission.idempotencyKey.map { JobID(tenant: submission.tenant, idempotencyKey: $0) }
        let job = Job(submission, id: id ?? makeID(instant), traceID: trace.traceID, at: instant)
        switch try await store.create(job) {
        case .created:
            CrashPoint.afterCreate.reached()
            try await dispatch(job, trace: trace, at: instant)
            CrashPoint.afterSend.reached()
            meter.noteAccepted(job)
            Logger.current.debug("job accepted", metadata: job.logMetadata)
            return .accepted(job)
        case .exists(let first):
            guard first.isSubmission(submission) else { return .keyReused(first) }
            if first.status == .pending || first.status == .scheduled, first.attempts == 0 {
                try await dispatch(first, trace: trace, at: instant)
            }
            meter.noteRepeated(first)
            return .repeated(first)
        }
    }

    /// Sends a job's message, unless it starts too late for the queue: then the reconciler sends it in time.
    private func dispatch(_ job: Job, trace: TraceContext, at now: Timestamp) async throws {
        guard !job.awaitsPromotion else { return }
        let delay = max(.zero, job.runAt?.duration(since: now) ?? .zero)
        try await queue.send(job, trace: trace, after: delay)
    }
}

extension Creation {
    /// What a create that found a record means.
    ///
    /// A record of the same instant, trace and content is the job's own: the first answer was lost, and the write was
    /// made again. A client's repeats share the trace at most.
    public init(of job: Job, over existing: Job) {
        let isOwn =
            existing.createdAt == job.createdAt && existing.traceID == job.traceID
            && existing.type == job.type && existing.payloadHash == job.payloadHash
            && existing.maxAttempts == job.maxAttempts && existing.requestHash == job.requestHash
        self = isOwn ? .created : .exists(existing)
    }
}

extension Job {
    /// Whether a submission asks for the same as the one that made this job.
    fileprivate func isSubmission(_ submission: Submission) -> Bool {
        if let requestHash { return requestHash == submission.requestHash }
        // A record of a version that kept no hash says nothing of the start that was asked for.
        return type == submission.type && payloadHash == submission.payloadHash && maxAttempts == submission.maxAttempts
            && orderingKey == submission.orderingKey
    }

    /// What every log line about the job says.
    public var logMetadata: Logger.Metadata {
        ["jobId": "\(id)", "traceId": "\(traceID)", "job.type": "\(type)"]
    }
}
