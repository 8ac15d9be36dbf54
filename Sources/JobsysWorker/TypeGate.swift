import JobsysCore
import JobsysServiceRuntime
import JobsysTime
import Logging
import Synchronization

/// Decides, before a job is claimed, whether jobs of its type may start: not while what they call is away, and not more
/// often than was configured.
///
/// When attempts at jobs of one type fail with `NETWORK` or `SYSTEM` so many times in a row, jobs of that type are turned
/// away for a while that grows; then one is let through to see if it goes well again. Other types do not notice.
public final class TypeGate: Sendable {
    /// Whether a job may start.
    enum Verdict: Sendable, Hashable {
        /// It may, after a short wait in its slot.
        case start(after: Duration)
        /// It may not; it is worth to ask again after so long.
        case shed(for: Duration)
    }

    /// What the end of an attempt says.
    enum Evidence: Sendable, Hashable {
        /// How it goes with the job, or that it goes well with its type.
        case news
        /// That jobs of the type fail, which was known; whether several have, or all failures were this job's.
        case outage(isShared: Bool)
    }

    private struct Entry {
        var breaker: CircuitBreaker
        var bucket: TokenBucket?
        /// When an open breaker lets one through.
        var opensUntil = Duration.zero
        /// The job that failed first since the last success.
        var suspect: JobID?
        /// Whether another has failed since.
        var hasOthers = false
    }

    private let entries: Mutex<[String: Entry]>
    private let threshold: Int
    private let elapsed: @Sendable () -> Duration
    private let draw: @Sendable () -> Double

    /// Makes a gate.
    ///
    /// - Parameters:
    ///   - threshold: How many failures in a row shut it for a type.
    ///   - rateLimits: How many jobs of a type may start in a second, where that is limited.
    ///   - clock: What the pauses are measured by.
    ///   - draw: Random numbers in 0..<1, which spread the pauses.
    public init(
        threshold: Int = 5,
        rateLimits: [String: Int] = [:],
        clock: any Clock<Duration> = ContinuousClock(),
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.threshold = threshold
        self.draw = draw
        elapsed = stopwatch(clock)
        let start = elapsed()
        entries = Mutex(
            rateLimits.mapValues { rate in
                Entry(breaker: CircuitBreaker(threshold: threshold), bucket: TokenBucket(perSecond: rate, at: start))
            }
        )
    }

    /// Asks whether a job of this type may start; a job that may is expected to, and then to be noted.
    func verdict(on type: String) -> Verdict {
        let now = elapsed()
        return entries.withLock { entries in
            guard var entry = entries[type] else { return .start(after: .zero) }
            defer { entries[type] = entry }
            if now >= entry.opensUntil { entry.breaker.allowOne() }
            switch entry.breaker.state {
            case .open: return .shed(for: entry.opensUntil - now)
            case .halfOpen(_, isTrying: true): return .shed(for: Self.pauses.base)
            case .closed, .halfOpen(_, isTrying: false): break
            }
            let reservation = entry.bucket?.reserve(at: now, patience: Self.patience)
            if case .refused(let wait) = reservation { return .shed(for: wait) }
            entry.breaker.noteTaken()
            guard case .granted(let wait) = reservation else { return .start(after: .zero) }
            return .start(after: wait)
        }
    }

    /// Notes how an attempt at a job ended; answers what that says.
    @discardableResult
    func note(_ outcome: JobOutcome, of job: JobID, ofType type: String) -> Evidence {
        switch outcome {
        case .succeeded:
            noteSuccess(ofType: type)
            return .news
        case .failed(let failure) where failure.errorClass == .network || failure.errorClass == .system:
            return noteFailure(failure, of: job, ofType: type)
        case .failed, .interrupted, .leaseLost, .cancelled:
            noteNothing(ofType: type)
            return .news
        }
    }

    /// Notes that a job that was let through has told nothing about what its type needs, or was not started at all.
    func noteNothing(ofType type: String) {
        entries.withLock { $0[type]?.breaker.noteInconclusive() }
    }

    /// The types whose jobs are turned away now, and how: `open` or `half-open`.
    func breakers() -> [String: String] {
        entries.withLock { entries in
            entries.compactMapValues { entry in
                switch entry.breaker.state {
                case .closed: nil
                case .open: "open"
                case .halfOpen: "half-open"
                }
            }
        }
    }

    private func noteSuccess(ofType type: String) {
        let hasClosed = entries.withLock { entries in
            entries[type]?.suspect = nil
            entries[type]?.hasOthers = false
            return entries[type]?.breaker.noteSuccess() ?? false
        }
        guard hasClosed else { return }
        Logger.current.notice("jobs of the type start again", metadata: ["job.type": "\(type)"])
    }

    private func noteFailure(_ failure: JobFailure, of job: JobID, ofType type: String) -> Evidence {
        let now = elapsed()
        let (evidence, pause): (Evidence, Duration?) = entries.withLock { entries in
            var entry = entries[type] ?? Entry(breaker: CircuitBreaker(threshold: threshold))
            defer { entries[type] = entry }
            entry.hasOthers = entry.hasOthers || (entry.suspect ?? job) != job
            entry.suspect = entry.suspect ?? job
            let wasShut = entry.breaker.state != .closed
            let evidence: Evidence = wasShut ? .outage(isShared: entry.hasOthers) : .news
            guard entry.breaker.noteFailure(), case .open(let failures) = entry.breaker.state else {
                return (evidence, nil)
            }
            let pause = Self.pauses.bound(afterAttempt: failures) / 2
            entry.opensUntil = now + pause + pause * draw()
            return (evidence, entry.opensUntil - now)
        }
        guard let pause else { return evidence }
        let metadata: Logger.Metadata = [
            "job.type": "\(type)", "breaker.pauseMs": "\(Int(pause / .milliseconds(1)))",
            "error.class": "\(failure.errorClass.rawValue)", "error.message": "\(failure.message)",
        ]
        // Once when the gate shuts; that it stays shut is no news.
        let level: Logger.Level = evidence == .news ? .warning : .debug
        Logger.current.log(
            level: level,
            "jobs of the type do not start for now: they fail in a row",
            metadata: metadata
        )
        return evidence
    }

    private static let pauses = Backoff(base: .seconds(5), limit: .seconds(60))
    /// How long a job may wait in its slot for its turn.
    private static let patience: Duration = .seconds(1)
}
