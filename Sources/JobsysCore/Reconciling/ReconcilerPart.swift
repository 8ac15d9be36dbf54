/// A kind of call that the reconciler makes, which may fail while all others go well.
public enum ReconcilerPart: Sendable, Hashable {
    /// Listing the due jobs of a shard.
    case due(shard: Int)
    /// Listing the jobs of a shard in the order of their submission.
    case timeline(shard: Int)
    /// Reading jobs' records.
    case records
    /// Taking jobs off the due ones.
    case settling
    /// Sending messages to a queue.
    case sending(MessageQueue)
    /// Asking how much waits in a queue.
    case depth(MessageQueue)
    /// Looking at workflows that are not over.
    case workflows
    /// Reading and keeping how far the reconciler has come.
    case checkpoint

    /// A queue of jobs' messages.
    public enum MessageQueue: String, Sendable, Hashable, CaseIterable {
        /// That of all jobs without an ordering key.
        case standard
        /// That of the jobs with one.
        case ordered

        /// The queue that a job belongs to.
        init(of job: Job) {
            self = job.orderingKey == nil ? .standard : .ordered
        }
    }

    /// The part without its shard: one of a bounded set, fit for a metric's label.
    public var name: String {
        switch self {
        case .due: "due"
        case .timeline: "timeline"
        case .records: "records"
        case .settling: "settling"
        case .sending(let queue): "sending.\(queue.rawValue)"
        case .depth(let queue): "depth.\(queue.rawValue)"
        case .workflows: "workflows"
        case .checkpoint: "checkpoint"
        }
    }

    /// The shard, of a part that has several.
    public var shard: Int? {
        switch self {
        case .due(let shard), .timeline(let shard): shard
        case .records, .settling, .sending, .depth, .workflows, .checkpoint: nil
        }
    }

    static let names: [String] =
        [due(shard: 0), timeline(shard: 0), records, settling].map(\.name)
        + MessageQueue.allCases.flatMap { [sending($0).name, depth($0).name] } + [workflows.name, checkpoint.name]
}

/// What one round of the reconciler came to.
public struct ReconcilerRound: Sendable {
    /// Whether more can be done at once.
    public var hasMore = false
    /// What failed in it.
    public var failures: [Failure] = []
    /// What went well in it after it had failed.
    public var recoveries: [Recovery] = []

    /// A part that failed, as a whole or for one job.
    public struct Failure: Sendable {
        /// The part.
        public var part: ReconcilerPart
        /// The job for which it failed while it may go well for others; nil if the part is paused as a whole.
        public var jobID: JobID?
        /// How often that has failed in a row; 1 if it went well the last time, or is new.
        public var count: Int
        /// What happened.
        public var error: any Error
    }

    /// The end of a part's failures.
    public struct Recovery: Sendable, Hashable {
        /// The part.
        public var part: ReconcilerPart
        /// How often it had failed in a row.
        public var failures: Int
    }
}
