/// How the reconciler goes about its work.
public struct ReconcilerOptions: Sendable, Hashable {
    /// How old a job is when it is first read, and how long one that could run may wait before it counts as overdue.
    public var grace: Duration
    /// How many open jobs it watches; while there are more, the walk waits.
    public var watchLimit: Int
    /// How many jobs one page of an index names.
    public var pageSize: Int
    /// How many pages of a shard are read in one round, so that no round outlasts the lead.
    public var pagesPerRound: Int
    /// How often its progress is kept, at most.
    public var saveInterval: Duration

    /// Makes options.
    public init(
        grace: Duration = .seconds(60),
        watchLimit: Int = 2000,
        pageSize: Int = 100,
        pagesPerRound: Int = 10,
        saveInterval: Duration = .seconds(15)
    ) {
        self.grace = grace
        self.watchLimit = watchLimit
        self.pageSize = pageSize
        self.pagesPerRound = pagesPerRound
        self.saveInterval = saveInterval
    }

    /// By how much younger messages must be than a job that they are said to have overtaken.
    ///
    /// With receipts that count for one window or two of the same length, a lost job among others that are run at once
    /// is known at its first check.
    public var margin: Duration { grace / 4 }

    /// How long what has failed is left alone.
    var pauses: Backoff { Backoff(base: .seconds(5), limit: .seconds(60)) }

    /// How long after each check the next one comes, if nothing says when the job could run.
    var checkPauses: Backoff { Backoff(base: grace, limit: max(grace, .seconds(3600))) }
}
