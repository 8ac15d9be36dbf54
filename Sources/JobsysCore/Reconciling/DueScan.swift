import JobsysTime

/// How far the due jobs of a shard were read, and which of them need not be read again before their time.
struct DueScan: Sendable {
    /// The last one that was read; nil at the beginning.
    private(set) var position: DueJob?
    private var waiting: [DueJob: Timestamp] = [:]
    private var waitingNext: [DueJob: Timestamp] = [:]

    /// When to read a due job again; nil for at once.
    func checkTime(of due: DueJob, at now: Timestamp) -> Timestamp? {
        waiting[due].flatMap { $0 > now ? $0 : nil }
    }

    /// Puts a due job off.
    mutating func postpone(_ due: DueJob, until instant: Timestamp) {
        guard waitingNext.count < Self.limit else { return }
        waitingNext[due] = instant
    }

    /// Moves on behind a due job.
    mutating func move(behind due: DueJob?) {
        position = due ?? position
    }

    /// Starts again at the first one.
    ///
    /// Those that were not seen again have left.
    mutating func startOver() {
        position = nil
        waiting = waitingNext
        waitingNext = [:]
    }

    /// Beyond that, jobs are read again in every round, which costs more and changes nothing.
    private static let limit = 10_000
}
