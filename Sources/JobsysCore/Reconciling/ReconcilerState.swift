import JobsysTime

/// What a leader knows between two rounds: how far it has come, and what it leaves alone for a while.
///
/// It is true at every moment, whatever has failed: a place in the timeline moves on only past jobs that are over or
/// watched, a job leaves the watched ones only when it is over, and the due ones only when its message was sent.
public struct ReconcilerState: Sendable {
    /// How far it has come.
    public internal(set) var checkpoint = ReconcilerCheckpoint(places: [])
    /// Whether the checkpoint goes on from what the leader before has kept; until then, it holds new watches alone.
    var isLoaded = false
    /// How far it had come when that was last kept; nil if it never was.
    var saved: ReconcilerCheckpoint?
    /// When that was.
    var savedAt = Timestamp(milliseconds: 0)
    /// How far each shard's due jobs were read.
    var dueScans: [DueScan]
    /// When workflows are looked at next.
    var workflowLookAt = Timestamp(milliseconds: 0)
    /// The watched jobs whose records cannot be read.
    var unreadable: Set<JobID> = []
    /// What the round that is under way has come to.
    var round = ReconcilerRound()

    private var parts: RetrySchedule<ReconcilerPart>
    private var calls: RetrySchedule<JobCall>
    /// The first job of each call that has failed since one of its part went well.
    private var vainCalls: [ReconcilerPart: Set<JobID>] = [:]

    /// A part, as far as one job goes.
    private struct JobCall: Sendable, Hashable {
        var part: ReconcilerPart
        var id: JobID
    }

    init(shards: Int, pauses: Backoff) {
        dueScans = Array(repeating: DueScan(), count: shards)
        parts = RetrySchedule(pauses: pauses)
        calls = RetrySchedule(pauses: pauses)
    }

    /// Has the next round read the checkpoint anew, because somebody else may have led meanwhile.
    ///
    /// What fails stays known, so that it is not tried at once again and again.
    public mutating func reload() {
        checkpoint = ReconcilerCheckpoint(places: [])
        isLoaded = false
        unreadable = []
    }

    /// Goes on from a checkpoint that was read at an instant, or from the beginning if there was none.
    mutating func load(_ saved: ReconcilerCheckpoint?, at now: Timestamp) {
        let watches = checkpoint.watches
        checkpoint = saved ?? .beginning(at: now, shards: dueScans.count)
        checkpoint.watches.merge(watches) { known, _ in known }
        self.saved = saved
        savedAt = now
        isLoaded = true
    }
}

extension ReconcilerState {
    /// Whether a part has failed lately, and is not to be tried yet.
    func isPaused(_ part: ReconcilerPart, at now: Timestamp) -> Bool {
        parts.retryTime(of: part, at: now) != nil
    }

    /// Whether a part failed when it was last tried.
    func isFailing(_ part: ReconcilerPart) -> Bool {
        parts.failures(of: part) > 0
    }

    /// How often a part has failed in a row for a job.
    func failures(of part: ReconcilerPart, for id: JobID) -> Int {
        calls.failures(of: JobCall(part: part, id: id))
    }

    /// When a part may be tried again, or be tried again for a job.
    func retryTime(of part: ReconcilerPart, for id: JobID? = nil, at now: Timestamp) -> Timestamp {
        let own = id.flatMap { calls.retryTime(of: JobCall(part: part, id: $0), at: now) }
        return max(parts.retryTime(of: part, at: now) ?? now, own ?? now)
    }

    /// Notes that a part went well.
    mutating func noteSuccess(of part: ReconcilerPart) {
        vainCalls[part] = nil
        let failures = parts.succeed(part)
        if failures > 0 { round.recoveries.append(.init(part: part, failures: failures)) }
    }

    /// Notes that a part failed, and is to be left alone for a while.
    mutating func noteFailure(of part: ReconcilerPart, _ error: any Error, at now: Timestamp) {
        vainCalls[part] = nil
        let count = parts.fail(part, at: now)
        round.failures.append(.init(part: part, count: count, error: error))
    }

    /// Notes how a part went for some jobs, and judges whether it is the part that fails or the jobs.
    ///
    /// If it went well for one of them, it is the others. A job for which it failed before says nothing new about the
    /// part, unless calls for several such jobs in a row are in vain.
    mutating func note(
        _ part: ReconcilerPart,
        succeeded: some Collection<JobID>,
        failed: [(id: JobID, error: any Error)],
        at now: Timestamp
    ) {
        for id in succeeded { _ = calls.succeed(JobCall(part: part, id: id)) }
        if !succeeded.isEmpty { noteSuccess(of: part) }
        guard let first = failed.first else { return }
        let isNews = failed.contains { failures(of: part, for: $0.id) == 0 }
        let counts = failed.map { calls.fail(JobCall(part: part, id: $0.id), at: now) }
        if succeeded.isEmpty {
            vainCalls[part, default: []].insert(first.id)
            if isNews || vainCalls[part, default: []].count >= Self.tolerableVainCalls {
                return noteFailure(of: part, first.error, at: now)
            }
        }
        for (failure, count) in zip(failed, counts) {
            round.failures.append(.init(part: part, jobID: failure.id, count: count, error: failure.error))
        }
    }

    /// Forgets the failures of jobs that were not tried again although they could have been for an hour.
    mutating func forgetOldFailures(at now: Timestamp) {
        calls.forget(dueBefore: now + .seconds(-3600))
    }

    private static let tolerableVainCalls = 3
}
