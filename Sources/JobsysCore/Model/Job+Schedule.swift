import JobsysTime

extension Job {
    /// The longest delay that a queue can give a message.
    ///
    /// Source: SQS Developer Guide, "Amazon SQS delay queues".
    public static let longestQueueDelay: Duration = .seconds(900)

    /// Whether the job's start is too late for a queue to keep its message, so that the job must be looked up when its
    /// time comes.
    ///
    /// A message of an ordered queue cannot be delayed by itself.
    public var awaitsPromotion: Bool {
        guard status == .scheduled, let runAt else { return false }
        return orderingKey != nil || runAt.duration(since: createdAt) > Self.longestQueueDelay
    }
}
