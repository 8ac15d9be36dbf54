public import JobsysObservability

/// A message whose job has failed for good, on its way to the dead-letter queue.
public struct DeadLetter: Sendable, Hashable {
    /// The text of the message that is given up.
    public var body: String
    /// Why it is given up.
    public var reason: Reason
    /// The sender's place in its trace.
    public var trace: TraceContext?
    /// The key that the message held up; nil if its queue keeps no order.
    public var orderingKey: String?

    /// Makes a dead letter.
    public init(body: String, reason: Reason, trace: TraceContext? = nil, orderingKey: String? = nil) {
        self.body = body
        self.reason = reason
        self.trace = trace
        self.orderingKey = orderingKey
    }

    /// Why a message was given up, and by whom.
    public struct Reason: Sendable, Hashable {
        /// What happened.
        public var failure: JobFailure
        /// The message that was given up, whose id the dead-letter queue does not keep.
        public var messageID: String
        /// The run that failed; nil if no job was claimed.
        ///
        /// A job that somebody claimed since is not touched.
        public var run: Run?

        /// Makes a reason.
        public init(failure: JobFailure, messageID: String, run: Run?) {
            self.failure = failure
            self.messageID = messageID
            self.run = run
        }
    }
}
