public import JobsysTime
import Logging
import Synchronization

/// Decides whether jobs of a type may start in this worker: not while what they call is away or operators have paused
/// them, not more often and not more at once than their policy says, or operators do.
///
/// When attempts at jobs of one type fail so many times in a row, jobs of that type are turned away for a while that grows;
/// then one is let through to see if it goes well again. Other types do not notice.
public final class TypeGate: Sendable {
    /// Whether a job may start.
    public enum Verdict: Sendable, Hashable {
        /// It may, after a short wait in its slot; a permission that must be given back by ``finish(type:)``.
        case start(after: Duration)
        /// It may not; it is worth to ask again after so long.
        case turnAway(for: Duration)
    }

    /// What the end of an attempt says about its type.
    public enum Evidence: Sendable, Hashable {
        /// How it goes with the job, or that it goes well with its type.
        case news
        /// That jobs of the type fail, which was known; whether several have, or all failures were this job's.
        case outage(isShared: Bool)
    }

    private struct Entry {
        var breaker: CircuitBreaker
        /// Spreads the starts, as many in a second as ``rate`` says.
        var bucket: TokenBucket?
        var rate: Int?
        /// How many jobs of the type run.
        var running = 0
        /// When an open breaker lets one through.
        var opensUntil = Duration.zero
        /// The job that failed first since the last success.
        var firstToFail: JobID?
        /// Whether another has failed since.
        var hasOthers = false

        init(_ policy: JobPolicy) {
            breaker = CircuitBreaker(threshold: policy.breaker.failures ?? .max)
        }

        /// Takes a rate, which counts from now on if it is another than before.
        mutating func limit(to rate: Int?, at now: Duration) {
            guard rate != self.rate else { return }
            self.rate = rate
            bucket = rate.map { TokenBucket(perSecond: $0, at: now) }
        }
    }

    /// What operators say about a type.
    private struct Control: Hashable {
        /// Since when it is paused; nil if it is not.
        var pausedSince: Timestamp?
        var limits: TypeLimits
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let controls = Mutex<[String: Control]>([:])
    private let policy: @Sendable (String) -> JobPolicy
    private let elapsed: @Sendable () -> Duration
    private let now: @Sendable () -> Timestamp
    private let draw: @Sendable () -> Double

    /// Makes a gate.
    ///
    /// - Parameters:
    ///   - clock: What the pauses are measured by.
    ///   - now: The wall clock, which tells how long operators have paused a type.
    ///   - draw: Random numbers in 0..<1, which spread the pauses.
    ///   - policy: The policy of a type.
    public init(
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        policy: @escaping @Sendable (String) -> JobPolicy = { _ in .standard }
    ) {
        self.policy = policy
        self.now = now
        self.draw = draw
        elapsed = stopwatch(clock)
    }

    /// Asks whether a job of this type may start.
    public func verdict(on type: String) -> Verdict {
        let control = controls.withLock { $0[type] }
        if let since = control?.pausedSince { return .turnAway(for: wait(inPauseSince: since)) }
        let policy = policy(type)
        let now = elapsed()
        return entries.withLock { entries in
            var entry = entries[type] ?? Entry(policy)
            defer { entries[type] = entry }
            entry.limit(to: control?.limits.rate ?? policy.rate, at: now)
            if now >= entry.opensUntil { entry.breaker.allowOne() }
            switch entry.breaker.state {
            case .open: return .turnAway(for: entry.opensUntil - now)
            case .halfOpen(_, isTrying: true): return .turnAway(for: policy.breaker.pauses.base)
            case .closed, .halfOpen(_, isTrying: false): break
            }
            if let limit = control?.limits.concurrency ?? policy.concurrency, entry.running >= limit {
                return .turnAway(for: .zero)
            }
            let reservation = entry.bucket?.reserve(at: now, patience: policy.patience.turn)
            if case .refused(let wait) = reservation { return .turnAway(for: wait) }
            entry.breaker.noteTaken()
            entry.running += 1
            guard case .granted(let wait) = reservation else { return .start(after: .zero) }
            return .start(after: wait)
        }
    }

    /// Gives a permission to start back, when the job has ended or did not start after all.
    public func finish(type: String) {
        entries.withLock { entries in
            guard var entry = entries[type] else { return }
            entry.running = max(0, entry.running - 1)
            // If its end has told nothing about what the type needs, another may be tried.
            entry.breaker.noteInconclusive()
            entries[type] = entry
        }
    }

    /// Notes how an attempt at a job ended; answers what that says.
    @discardableResult
    public func note(_ outcome: JobOutcome, of job: JobID, type: String) -> Evidence {
        switch outcome {
        case .succeeded:
            noteSuccess(type: type)
            return .news
        case .failed(let failure):
            let policy = policy(type)
            guard policy.breaker.classes.contains(failure.errorClass) else { return .news }
            return noteFailure(failure, of: job, type: type, policy)
        case .unavailable, .interrupted, .leaseLost, .cancelled:
            return .news
        }
    }

    /// The types whose jobs are turned away now, and how: `open` or `half-open`.
    public func breakers() -> [String: String] {
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

    /// How many jobs of each type run; types without any are left out.
    public func running() -> [String: Int] {
        entries.withLock { entries in entries.compactMapValues { $0.running > 0 ? $0.running : nil } }
    }

    private func noteSuccess(type: String) {
        let hasClosed = entries.withLock { entries in
            entries[type]?.firstToFail = nil
            entries[type]?.hasOthers = false
            return entries[type]?.breaker.noteSuccess() ?? false
        }
        guard hasClosed else { return }
        Logger.current.notice("jobs of the type start again", metadata: ["job.type": "\(type)"])
    }

    private func noteFailure(_ failure: JobFailure, of job: JobID, type: String, _ policy: JobPolicy) -> Evidence {
        let now = elapsed()
        let (evidence, pause): (Evidence, Duration?) = entries.withLock { entries in
            var entry = entries[type] ?? Entry(policy)
            defer { entries[type] = entry }
            entry.hasOthers = entry.hasOthers || (entry.firstToFail ?? job) != job
            entry.firstToFail = entry.firstToFail ?? job
            let wasShut = entry.breaker.state != .closed
            let evidence: Evidence = wasShut ? .outage(isShared: entry.hasOthers) : .news
            guard entry.breaker.noteFailure(), case .open(let failures) = entry.breaker.state else {
                return (evidence, nil)
            }
            let pause = policy.breaker.pauses.bound(afterAttempt: failures) / 2
            entry.opensUntil = now + pause + pause * draw()
            return (evidence, entry.opensUntil - now)
        }
        guard let pause else { return evidence }
        let metadata: Logger.Metadata = [
            "job.type": "\(type)", "breaker.pauseMs": "\(Int(pause / .milliseconds(1)))",
            "error.class": "\(failure.errorClass)", "error.message": "\(failure.message)",
        ]
        // Once when the breaker opens; that it stays open is no news.
        let level: Logger.Level = evidence == .news ? .warning : .debug
        Logger.current.log(
            level: level,
            "jobs of the type do not start for now: they fail in a row",
            metadata: metadata
        )
        return evidence
    }
}

// MARK: What operators say

extension TypeGate {
    /// Takes what operators say about types, in place of all that they said before.
    ///
    /// It goes for the next job that asks; those that run go on.
    public func apply(_ types: [TypeRecord]) {
        let said = types.map { ($0.name, Control(pausedSince: $0.pause?.at, limits: $0.limits)) }
            .filter { $1.pausedSince != nil || $1.limits != TypeLimits() }
        let new = Dictionary(said) { $1 }
        let old = controls.withLock { controls in
            defer { controls = new }
            return controls
        }
        for name in Set(old.keys).union(new.keys).sorted() where old[name] != new[name] {
            let control = new[name]
            Logger.current.notice(
                "operators have changed what goes for jobs of the type",
                metadata: [
                    "job.type": "\(name)", "type.isPaused": "\(control?.pausedSince != nil)",
                    "type.rate": control?.limits.rate.map { "\($0)" } ?? "policy",
                    "type.concurrency": control?.limits.concurrency.map { "\($0)" } ?? "policy",
                ]
            )
        }
    }

    /// Pauses a type in this worker at once; it stays so only if ``apply(_:)`` brings the same.
    func pause(_ type: String, since start: Timestamp) {
        controls.withLock { $0[type, default: Control(limits: TypeLimits())].pausedSince = start }
    }

    /// The types that operators have paused, sorted.
    public var pausedTypes: [String] {
        controls.withLock { controls in controls.filter { $0.value.pausedSince != nil }.keys.sorted() }
    }

    /// Whether operators have paused a type.
    public func isPaused(_ type: String) -> Bool {
        controls.withLock { $0[type]?.pausedSince != nil }
    }

    /// How long a message of a paused type rests: a tenth of the pause so far, and at most a minute.
    ///
    /// So after a short pause its jobs are back at once, and a long one costs few calls.
    private func wait(inPauseSince start: Timestamp) -> Duration {
        let longest = min(max(.zero, now().duration(since: start) / 10), .seconds(60))
        return longest / 2 + longest / 2 * draw()
    }
}
