/// What a queue allows, as far as it decides what becomes of a message.
public struct QueueLimits: Sendable, Hashable {
    /// The longest delay that a message can be sent with; zero if it can have none of its own.
    public var longestDelay: Duration
    /// How long a message can be kept hidden, from its receipt on.
    public var longestInvisibility: Duration
    /// How often a message is handed out before the queue itself gives it up.
    public var receives: Int
    /// How many messages one receive may bring.
    public var batch: Int
    /// Whether messages of one key are handed out one after the other, so that each must keep its place.
    public var keepsOrder: Bool

    /// Makes limits.
    public init(
        longestDelay: Duration,
        longestInvisibility: Duration,
        receives: Int,
        batch: Int,
        keepsOrder: Bool
    ) {
        self.longestDelay = longestDelay
        self.longestInvisibility = longestInvisibility
        self.receives = receives
        self.batch = batch
        self.keepsOrder = keepsOrder
    }

    /// How many receipts of a message may be in vain: each attempt needs one.
    var spareReceives: Int { max(0, receives - Submission.maxAttemptsRange.upperBound) }
}
