public import JobsysObservability
public import JobsysTime

/// Where messages are sent.
public protocol JobSender: Sendable {
    /// Sends a job's message, so that a worker will run it; with the sender's place in its trace, if it has one.
    ///
    /// A job with an ordering key goes behind all that were sent before it with that key.
    ///
    /// Once begun, a send goes on when the calling task is cancelled: others may share the call to the queue.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - trace: The sender's place in its trace.
    ///   - delay: How long the message stays hidden at first; 15 minutes at most, and none for a job with an ordering key.
    /// - Throws: ``DependencyError``; the message may have been sent nevertheless.
    func send(_ job: Job, trace: TraceContext?, after delay: Duration) async throws

    /// Sends the message of a job that may have been sent before, because the one that was sent is lost or used up.
    ///
    /// As ``send(_:trace:after:)``, but no queue takes it for a repetition of the first: an ordered queue drops what it was
    /// sent in the last five minutes.
    func sendAgain(_ job: Job, trace: TraceContext?) async throws

    /// Answers if the queue can be reached; for readiness.
    func checkReachable() async throws
}

/// Where messages are received: a queue that hands each one out again until it is deleted.
///
/// All calls throw ``DependencyError``.
public protocol JobQueue: Sendable {
    /// What the queue allows.
    var limits: QueueLimits { get }

    /// Waits for messages, up to `wait`; empty if none came. What is received stays hidden from others for
    /// `visibility`.
    ///
    /// Cancellation ends the wait with `CancellationError`; messages that were on their way come back by themselves
    /// when their visibility ends.
    func receive(upTo limit: Int, wait: Duration, visibility: Duration) async throws -> [Delivery]

    /// Removes a message for good. Goes on when the calling task is cancelled.
    func delete(_ delivery: Delivery) async throws

    /// Hides a message for so long from now, rounded up to whole seconds; zero hands it out at once. Goes on when the
    /// calling task is cancelled.
    func hide(_ delivery: Delivery, for duration: Duration) async throws

    /// Answers if the queue can be reached; for readiness.
    func checkReachable() async throws
}

/// Where a message can be replaced by one whose receipts are counted anew.
public protocol MessageReplacer: Sendable {
    /// Sends a copy of a message, to be hidden for so long and ``QueueLimits/longestDelay`` at most, and then removes the
    /// message. Goes on when the calling task is cancelled.
    ///
    /// Not for an ordered queue: the copy would come behind the others of its key. The copy carries the delivery's
    /// ``Delivery/deferral`` and is of its ``Delivery/fairnessGroup``.
    ///
    /// - Throws: ``DependencyError``; the copy may have been sent nevertheless.
    func replace(_ delivery: Delivery, after delay: Duration) async throws
}

/// Where messages go whose jobs have failed for good.
public protocol DeadLetterSender: Sendable {
    /// Sends a message there, with the reason. Goes on when the calling task is cancelled.
    ///
    /// - Throws: ``DependencyError``; the message may have been sent nevertheless.
    func send(_ letter: DeadLetter) async throws
}

/// One receipt of a message.
public struct Delivery: Sendable, Hashable {
    /// The message's id, the same at every receipt.
    public var messageID: String
    /// The right to delete or hide the message that this receipt gave.
    public var receipt: String
    /// The text that was sent.
    public var body: String
    /// How often it was received, this time included.
    public var receiveCount: Int
    /// When it was sent.
    public var sentAt: Timestamp?
    /// The sender's place in its trace, as `AWSTraceHeader` carries it.
    public var trace: TraceContext?
    /// The type of the job, as far as the message tells it before the record is read.
    public var jobType: String?
    /// The key whose jobs this message holds up until it is deleted; nil on a queue that keeps no order.
    public var orderingKey: String?
    /// Whose message it is, for a queue that keeps no order and is fair; nil if nobody's.
    public var fairnessGroup: String?
    /// How often and since when the message was put off for workers of another version; nil if it never was.
    public var deferral: Deferral?
    /// Why the message is among the dead letters; nil if the queue itself moved it there, or on any other queue.
    public var deadLetterReason: DeadLetter.Reason?
    /// What the whole body was, if a dead letter has its beginning only.
    public var wholeBody: BodyDigest?

    /// Makes a receipt.
    public init(
        messageID: String,
        receipt: String,
        body: String,
        receiveCount: Int,
        sentAt: Timestamp? = nil,
        trace: TraceContext? = nil,
        jobType: String? = nil,
        orderingKey: String? = nil,
        fairnessGroup: String? = nil,
        deferral: Deferral? = nil,
        deadLetterReason: DeadLetter.Reason? = nil,
        wholeBody: BodyDigest? = nil
    ) {
        self.messageID = messageID
        self.receipt = receipt
        self.body = body
        self.receiveCount = receiveCount
        self.sentAt = sentAt
        self.trace = trace
        self.jobType = jobType
        self.orderingKey = orderingKey
        self.fairnessGroup = fairnessGroup
        self.deferral = deferral
        self.deadLetterReason = deadLetterReason
        self.wholeBody = wholeBody
    }

    /// What a message's copies have behind them, that none of them counts by itself.
    public struct Deferral: Sendable, Hashable {
        /// How often workers put it off that do not know its type, or cannot read it.
        public var count: Int
        /// Since when it waits for one that can.
        public var since: Timestamp

        /// Makes a deferral.
        public init(count: Int, since: Timestamp) {
            self.count = count
            self.since = since
        }
    }
}
