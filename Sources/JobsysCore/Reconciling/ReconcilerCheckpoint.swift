public import JobsysTime

/// How far the reconciler has come: every job before its places is over, is watched, or is among the due ones.
public struct ReconcilerCheckpoint: Sendable, Hashable {
    /// The place in each shard of the timeline up to which every job has been read.
    public var places: [TimelinePlace]
    /// The jobs before those places that were not over.
    public var watches: [JobID: Watch]

    /// When an open job is checked again.
    public struct Watch: Sendable, Hashable {
        /// How often it was checked and found waiting.
        public var checks: Int
        /// When to check it next.
        public var nextCheck: Timestamp

        /// Makes a note of a job.
        public init(checks: Int = 0, nextCheck: Timestamp) {
            self.checks = checks
            self.nextCheck = nextCheck
        }
    }

    /// Makes a checkpoint.
    public init(places: [TimelinePlace], watches: [JobID: Watch] = [:]) {
        self.places = places
        self.watches = watches
    }

    /// Where the first reconciler of all begins: with the oldest jobs whose messages a queue can still hold.
    ///
    /// Source: SQS Developer Guide, "Amazon SQS message quotas": a message is kept for 14 days at most.
    public static func beginning(at now: Timestamp, shards: Int) -> ReconcilerCheckpoint {
        let start = TimelinePlace(createdAt: now + .seconds(-14 * 86400))
        return ReconcilerCheckpoint(places: Array(repeating: start, count: shards))
    }
}

extension TimelinePlace {
    /// The place before all jobs of the next day, in UTC.
    var nextDay: TimelinePlace {
        let day: Int64 = 86_400_000
        return TimelinePlace(createdAt: Timestamp(milliseconds: (createdAt.milliseconds / day + 1) * day))
    }
}
