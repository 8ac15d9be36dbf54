public import FoundationEssentials

extension SQS.Message {
    /// How often the message was received, this time included; about right.
    public var receiveCount: Int? { attributes["ApproximateReceiveCount"].flatMap { Int($0) } }

    /// When the message was sent, to the millisecond.
    public var sentAt: Date? { date("SentTimestamp") }

    /// When the message was first received, to the millisecond; about right.
    public var firstReceivedAt: Date? { date("ApproximateFirstReceiveTimestamp") }

    /// The trace that the sender is part of, as in `X-Amzn-Trace-Id`.
    public var traceHeader: String? { attributes["AWSTraceHeader"] }

    /// The group within which a FIFO queue keeps the order; on a standard queue, the tenant.
    public var groupID: String? { attributes["MessageGroupId"] }

    /// What a FIFO queue tells duplicates by.
    public var deduplicationID: String? { attributes["MessageDeduplicationId"] }

    /// The place in a FIFO queue: of two numbers of one group the greater came later; up to 128 bits.
    public var sequenceNumber: String? { attributes["SequenceNumber"] }

    /// The ARN of the queue that gave the message up, if this one is its dead-letter queue.
    public var deadLetterSourceARN: String? { attributes["DeadLetterQueueSourceArn"] }

    /// Who sent the message: an account's or a user's id.
    public var senderID: String? { attributes["SenderId"] }

    private func date(_ name: String) -> Date? {
        attributes[name].flatMap { Int($0) }.map { Date(timeIntervalSince1970: Double($0) / 1000) }
    }
}
