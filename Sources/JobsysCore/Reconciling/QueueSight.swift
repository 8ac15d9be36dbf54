import JobsysTime

/// What is known of the queues at one moment, and so of the jobs whose messages they may hold.
struct QueueSight: Sendable, Hashable {
    /// How much waits in the standard queue.
    var waiting: Int
    /// How much waits in the queue of jobs with an ordering key.
    var orderedWaiting: Int
    /// When the oldest message was sent that a worker has lately received for the first time; nil if none was.
    var oldestReceipt: Timestamp?

    /// Whether a queue can hold the message of a job that has waited since an instant.
    ///
    /// A queue in which nothing waits holds none. A standard queue hands out about in the order of sending, so once
    /// it has come to messages that are younger by a margin, it has passed the job's. Jobs of different ordering keys
    /// do not wait for each other, so that one says nothing of another.
    func canHold(_ job: Job, awaitedSince since: Timestamp, margin: Duration) -> Bool {
        guard job.orderingKey == nil else { return orderedWaiting > 0 }
        guard waiting > 0 else { return false }
        return oldestReceipt.map { $0 <= since + margin } ?? true
    }
}
