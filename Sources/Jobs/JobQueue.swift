public import Observability

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

    /// Answers if the queue can be reached; for readiness.
    func checkReachable() async throws
}

/// Where messages are received: a queue that hands each one out again until it is deleted.
///
/// All calls throw ``DependencyError``.
public protocol JobQueue: Sendable {
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
    /// Why the message is among the dead letters; nil if the queue itself moved it there, or on any other queue.
    public var deadLetterReason: DeadLetter.Reason?

    /// Makes a receipt.
    public init(
        messageID: String,
        receipt: String,
        body: String,
        receiveCount: Int,
        sentAt: Timestamp? = nil,
        trace: TraceContext? = nil,
        deadLetterReason: DeadLetter.Reason? = nil
    ) {
        self.messageID = messageID
        self.receipt = receipt
        self.body = body
        self.receiveCount = receiveCount
        self.sentAt = sentAt
        self.trace = trace
        self.deadLetterReason = deadLetterReason
    }
}
