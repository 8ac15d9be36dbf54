public import JobsysTime

/// What a leader knows between two rounds.
public struct ReconcilerState: Sendable {
    /// How far it has come.
    public internal(set) var checkpoint: ReconcilerCheckpoint
    /// How far it had come when that was last kept; nil if it never was.
    var saved: ReconcilerCheckpoint?
    /// When that was.
    var savedAt: Timestamp
    /// Due jobs that were looked at, and wait for their time: they need not be read before.
    var waiting: Set<DueJob> = []

    /// Goes on from a checkpoint that was read at an instant; from the beginning if there was none.
    public init(_ saved: ReconcilerCheckpoint?, shards: Int, at now: Timestamp) {
        checkpoint = saved ?? .beginning(at: now, shards: shards)
        self.saved = saved
        savedAt = now
    }
}
