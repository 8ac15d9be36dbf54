import JobsysHashing
public import JobsysJSON
public import JobsysObservability
public import JobsysTime

/// A job as the store holds it: the truth about what became of it.
public struct Job: Sendable, Hashable {
    /// The job's identity.
    public var id: JobID
    /// Whose job it is.
    public var tenant: String
    /// Which handler runs it.
    public var type: String
    /// What the handler is given.
    public var payload: JSONValue
    /// The fields that nobody is shown, by the policy of the worker that claimed the job last.
    public var sensitive: [FieldPath] = []
    /// The SHA-256 of the payload's canonical form, in hexadecimal.
    public var payloadHash: String
    /// The client's key that makes repeats of the submission harmless.
    public var idempotencyKey: String?
    /// The hash of everything that the submission asked for, by which a repeat with the same idempotency key is known; nil
    /// without a key, and in records of versions that kept none.
    public var requestHash: String?
    /// Jobs of the same key run one after the other, in the order of their submission; nil if the order does not matter.
    public var orderingKey: String?
    /// The tick of a schedule that the job is for; nil if it is for none.
    public var tick: ScheduleTick?
    /// The trace that the submission belongs to.
    public var traceID: TraceID
    /// Where the job stands.
    public var status: JobStatus
    /// How often the job was started over by a redrive; messages of an older generation are void.
    public var generation: Int
    /// How many attempts were started in this generation, handed-back ones not counted.
    public var attempts: Int
    /// How many attempts a generation may take.
    public var maxAttempts: Int
    /// Whether that number is not the client's wish but a default, which the policy of the job's type may change.
    public var hasDefaultMaxAttempts = false
    /// When the next attempt may start; nil if it may at once, or if there is none to come.
    public var runAt: Timestamp?
    /// When somebody asked for the job to be cancelled while it was running.
    public var cancelRequestedAt: Timestamp?
    /// When the last attempt failed for good; the dead-letter handler has yet to record that.
    public var givenUpAt: Timestamp?
    /// Who holds, or last held, the job.
    public var lease: Lease?
    /// What the handler returned.
    public var result: JSONValue?
    /// How far the latest attempt has said that it came; nil if it has said nothing.
    public var progress: JobProgress?
    /// The failure of the latest attempt, unless a later one succeeded.
    public var error: RecordedFailure?
    /// The failures of this generation's attempts that were tried again, oldest first.
    public var failures: [RecordedFailure] = []
    /// When the job was accepted.
    public var createdAt: Timestamp
    /// When the record last changed.
    public var updatedAt: Timestamp
    /// When the latest attempt started.
    public var startedAt: Timestamp?
    /// When the job became final.
    public var finishedAt: Timestamp?
    /// When the store may forget the job.
    public var expiresAt: Timestamp?
    /// The job's place in a workflow; nil for a job of its own.
    public var workflow: WorkflowMembership?

    /// A worker's right to write a job's outcome.
    public struct Lease: Sendable, Hashable {
        /// A name that no other claim has.
        public var owner: String
        /// The message by which the job was claimed.
        public var messageID: String
        /// When others may take the job over; nil once the run has ended.
        public var expiresAt: Timestamp?

        /// Makes a lease.
        public init(owner: String, messageID: String, expiresAt: Timestamp?) {
            self.owner = owner
            self.messageID = messageID
            self.expiresAt = expiresAt
        }
    }

    /// A failure as the record keeps it.
    public struct RecordedFailure: Sendable, Hashable {
        /// What kind of failure it was.
        public var errorClass: ErrorClass
        /// What happened, already redacted.
        public var message: String
        /// When it was recorded.
        public var at: Timestamp

        /// Makes a record of a failure.
        public init(errorClass: ErrorClass, message: String, at: Timestamp) {
            self.errorClass = errorClass
            self.message = message
            self.at = at
        }
    }

    /// Makes a job that no worker has started yet, in its first generation.
    public init(
        id: JobID,
        tenant: String,
        type: String,
        payload: JSONValue,
        payloadHash: String,
        maxAttempts: Int,
        idempotencyKey: String?,
        orderingKey: String? = nil,
        traceID: TraceID,
        createdAt: Timestamp
    ) {
        self.id = id
        self.tenant = tenant
        self.type = type
        self.payload = payload
        self.payloadHash = payloadHash
        self.maxAttempts = maxAttempts
        self.idempotencyKey = idempotencyKey
        self.orderingKey = orderingKey
        self.traceID = traceID
        self.createdAt = createdAt
        updatedAt = createdAt
        status = .pending
        generation = 0
        attempts = 0
    }
}

extension Job {
    /// What jobs share that wait for each other rather than hold up those of others: a tenant; nil for the default one.
    ///
    /// Each message without a group is a tenant of its own to SQS.
    public var fairnessGroup: String? { tenant == Submission.defaultTenant ? nil : tenant }

    /// What jobs share that run one after the other: an ordering key of one tenant.
    ///
    /// nil for a job without one. The key itself in the tenant `default`; elsewhere a hash of tenant and key, for a queue's
    /// group has no room for both.
    public var orderingGroup: String? {
        guard let orderingKey, tenant != Submission.defaultTenant else { return orderingKey }
        return SHA256.hexHash("\(tenant.utf8.count):\(tenant):\(orderingKey)")
    }

    /// Makes the job that a submission asks for.
    public init(_ submission: Submission, id: JobID, traceID: TraceID, at now: Timestamp) {
        self.init(
            id: id,
            tenant: submission.tenant,
            type: submission.type,
            payload: submission.payload,
            payloadHash: submission.payloadHash,
            maxAttempts: submission.maxAttempts,
            idempotencyKey: submission.idempotencyKey,
            orderingKey: submission.orderingKey,
            traceID: traceID,
            createdAt: now
        )
        tick = submission.tick
        requestHash = idempotencyKey.map { _ in submission.requestHash }
        hasDefaultMaxAttempts = submission.hasDefaultMaxAttempts
        if let start = submission.start?.instant(from: now), start > now {
            status = .scheduled
            runAt = start
        }
    }

    /// The message that has a worker run this generation of the job.
    public var message: JobMessage {
        JobMessage(jobID: id, payloadHash: payloadHash, traceID: traceID, generation: generation)
    }
}

extension Job {
    /// The trace that goes with a message which is not sent by the submission: the record keeps no more than its id.
    var resumedTrace: TraceContext { TraceContext(resuming: traceID) }
}

extension Job.RecordedFailure {
    /// Makes a record of what an attempt met.
    public init(_ failure: JobFailure, at: Timestamp) {
        self.init(errorClass: failure.errorClass, message: failure.message, at: at)
    }
}
