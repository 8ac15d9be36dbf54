import JobsysTime

extension Job {
    /// How long before its start a job's message is sent, at most: one that starts later is looked up when its time comes.
    ///
    /// Every version decides by it whether a record is among those that are looked up, whatever its queue could do. A queue must
    /// be able to delay a message for as long (``QueueLimits/longestDelay``), except one that keeps an order.
    public static let longestMessageDelay: Duration = .seconds(900)

    /// Whether the job's start is too late for its message to wait in a queue, so that the job must be looked up when its
    /// time comes.
    ///
    /// A message of an ordered queue cannot be delayed by itself.
    public var awaitsPromotion: Bool {
        guard status == .scheduled, let runAt else { return false }
        return orderingKey != nil || runAt.duration(since: createdAt) > Self.longestMessageDelay
    }
}
