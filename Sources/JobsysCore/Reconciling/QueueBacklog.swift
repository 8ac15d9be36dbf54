import JobsysTime

/// How much is in a queue.
public protocol QueueBacklog: Sendable {
    /// About how many messages are in the queue, by where they stand.
    ///
    /// - Throws: ``DependencyError``.
    func depth() async throws -> QueueDepth
}

/// How many messages are in a queue, about.
public struct QueueDepth: Sendable, Hashable {
    /// Those that can be received now.
    public var visible: Int
    /// Those that were sent with a delay that has not passed.
    public var delayed: Int
    /// Those that a worker has, or has put off.
    public var inFlight: Int

    /// Makes a depth.
    public init(visible: Int, delayed: Int, inFlight: Int) {
        self.visible = visible
        self.delayed = delayed
        self.inFlight = inFlight
    }

    /// Those that nobody has received yet.
    public var waiting: Int { visible + delayed }
}

/// What is known of a queue at one moment, and so of the jobs whose messages it may hold.
struct QueueSnapshot: Sendable, Hashable {
    /// How much waits in it.
    var waiting: Int
    /// When the oldest message was sent that a worker has lately received for the first time; nil if none was, and of an
    /// ordered queue: jobs of different keys do not wait for each other, so that one says nothing of another.
    var oldestReceipt: Timestamp?

    /// Whether the queue can hold the message of a job that has waited since an instant.
    ///
    /// A queue in which nothing waits holds none. A standard queue hands out about in the order of sending, so once it
    /// has come to messages that are younger by a margin, it has passed the job's.
    func canHoldMessage(runnableSince since: Timestamp, margin: Duration) -> Bool {
        guard waiting > 0 else { return false }
        return oldestReceipt.map { $0 <= since + margin } ?? true
    }
}
