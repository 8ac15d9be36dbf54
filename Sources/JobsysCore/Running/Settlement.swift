public import JobsysJSON
public import JobsysTime

/// What is to be done about one receipt of a message: to the record first, then to the message.
///
/// Nothing else decides what is written, whether an attempt counts, or what becomes of a message.
public struct Settlement: Sendable, Hashable {
    /// What is written to the job's record.
    public var record: RecordChange
    /// What is done with the message when that is written.
    public var message: MessageChange

    /// Makes a settlement.
    public init(_ record: RecordChange, _ message: MessageChange) {
        self.record = record
        self.message = message
    }

    /// A change of a job's record; each ends the run that makes it.
    public enum RecordChange: Sendable, Hashable {
        /// None.
        case none
        /// The job is done, with this result.
        case succeed(JSONValue)
        /// The attempt has failed; the next one may start after so long, and there may be so many.
        case retry(JobFailure, after: Duration, maxAttempts: Int)
        /// The attempt has failed and was the last one; a dead letter tells who records that for good.
        case giveUp(JobFailure)
        /// The job waits again, as if this attempt had never begun.
        case release
        /// The job is cancelled.
        case cancel
    }

    /// What is done with a message.
    public enum MessageChange: Sendable, Hashable {
        /// It is deleted.
        case delete
        /// It goes to the dead letters with this reason, and is deleted.
        case deadLetter(JobFailure)
        /// It stays hidden for so long, and is then handed out again; at once if that is zero.
        case hide(Duration)
        /// A copy, whose receipts are counted anew, takes its place after so long.
        case replace(after: Duration)
        /// The worker keeps it, and looks at it again after so long: it must not lose its place in the order.
        case hold(Duration)
        /// Nothing: it is somebody else's.
        case leave
    }

    /// Whether the attempt that a claim has begun counts.
    public var countsAttempt: Bool { record != .release }
}

/// What a worker has found out about one receipt of a message.
public enum Finding: Sendable, Hashable {
    /// The job ran.
    case ended(JobOutcome, TypeGate.Evidence = .news)
    /// Jobs of its type do not start at present; it is worth to ask again after so long.
    case turnedAway(for: Duration)
    /// The store did not grant the claim.
    case refused(ClaimResult)
    /// This worker does not know the job's type. Some worker did at that time; nil if none ever has.
    case unknownType(String, lastOffered: Timestamp?)
    /// The message or the record is of a newer version than this worker's; the text says what it cannot read.
    case newer(String)
    /// The message or the record is not what any version writes, or the store refuses to keep what this job has become.
    case unreadable(JobFailure)
    /// The dead-letter queue does not take the message, in whatever form.
    case letterRefused
    /// Something that every job needs has failed.
    case dependencyFailed
    /// The worker stops, and has not begun with the message.
    case stopping
}

extension Settlement {
    /// What a settlement depends on beside the finding.
    public struct Facts: Sendable, Hashable {
        /// The job as the claim found it; nil if its record was not read.
        public var job: Job?
        /// The policy of the job's type.
        public var policy: JobPolicy
        /// How often the message was received since it was sent, this time included, and looked at again here.
        public var receives: Int
        /// How often it was put off for workers of another version, its earlier copies included.
        public var deferrals: Int
        /// Since when it waits, as far as it is known.
        public var waitingSince: Timestamp
        /// What its queue allows.
        public var limits: QueueLimits
        /// How long a lease keeps others from the job.
        public var lease: LeaseTiming
        /// The wall clock.
        public var now: Timestamp
        /// A random number in 0..<1, which spreads the waits.
        public var draw: Double

        /// Makes facts.
        public init(
            job: Job? = nil,
            policy: JobPolicy = .standard,
            receives: Int = 1,
            deferrals: Int = 0,
            waitingSince: Timestamp,
            limits: QueueLimits,
            lease: LeaseTiming = LeaseTiming(),
            now: Timestamp,
            draw: Double
        ) {
            self.job = job
            self.policy = policy
            self.receives = receives
            self.deferrals = deferrals
            self.waitingSince = waitingSince
            self.limits = limits
            self.lease = lease
            self.now = now
            self.draw = draw
        }
    }

    /// Decides; total, and without any effect.
    public init(of finding: Finding, _ facts: Facts) {
        switch finding {
        case .ended(let outcome, let evidence):
            self.init(of: outcome, evidence, facts)
        case .turnedAway(let wait):
            let pause = facts.pause(facts.policy.patience.turnedAwayPauses)
            self.init(facts.job == nil ? .none : .release, facts.putOff(for: max(wait, pause), mayBeClaimed: false))
        case .refused(let result):
            self.init(ofRefusal: result, facts)
        case .unknownType(let type, let lastOffered):
            let since = max(facts.waitingSince, lastOffered ?? facts.waitingSince)
            let message = "no worker has run jobs of type \(type) since \(since)"
            // One of those who offer it gets the message soon, if those who do not keep it from them for a moment only.
            let isOffered = lastOffered.map { facts.now.duration(since: $0) <= Self.recentlyOffered } ?? false
            let limit = isOffered ? facts.policy.patience.offeredPause : nil
            self = facts.deferred(since: since, upTo: limit, or: JobFailure(.unknown, message))
        case .newer(let what):
            let message = "no worker could read it since \(facts.waitingSince): \(what)"
            self = facts.deferred(since: facts.waitingSince, or: JobFailure(.unknown, message))
        case .unreadable(let failure):
            self.init(.none, .deadLetter(failure))
        case .letterRefused:
            // It is never replaced by a copy: its receipts run out, and then the queue itself moves it.
            self.init(.none, .hide(facts.pause(facts.policy.patience.outagePauses)))
        case .dependencyFailed:
            let pause = facts.pause(facts.policy.patience.outagePauses)
            self.init(.none, facts.putOff(for: pause, mayBeClaimed: true))
        case .stopping:
            self.init(.none, .hide(.zero))
        }
    }

    /// Workers note every five minutes that they offer a type.
    private static let recentlyOffered: Duration = .seconds(900)

    private init(of outcome: JobOutcome, _ evidence: TypeGate.Evidence, _ facts: Facts) {
        switch outcome {
        case .succeeded(let result):
            self.init(.succeed(result), .delete)
        case .failed where facts.forgives(evidence):
            let pause = facts.pause(facts.policy.patience.turnedAwayPauses)
            self.init(.release, facts.putOff(for: pause, mayBeClaimed: false))
        case .failed(let failure):
            let attempt = facts.job?.attempts ?? 0
            let maxAttempts = facts.job.map(facts.policy.maxAttempts) ?? 0
            guard attempt < maxAttempts, !facts.policy.permanent.contains(failure.errorClass) else {
                self.init(.giveUp(failure), .deadLetter(failure))
                return
            }
            let backoff = facts.policy.backoff[failure.errorClass].delay(afterAttempt: attempt, draw: facts.draw)
            let delay = min(max(.zero, failure.retryAfter ?? backoff), facts.longestRetryDelay)
            // The queue keeps its own time; the record makes sure that nobody starts too early.
            self.init(
                .retry(failure, after: delay, maxAttempts: maxAttempts),
                .hide(min(delay, facts.invisibilityLeft))
            )
        case .unavailable:
            let pause = facts.pause(facts.policy.patience.turnedAwayPauses)
            self.init(.release, facts.putOff(for: pause, mayBeClaimed: false))
        case .interrupted:
            self.init(.release, .hide(.zero))
        case .leaseLost:
            self.init(.none, .leave)
        case .cancelled:
            self.init(.cancel, .delete)
        }
    }

    private init(ofRefusal result: ClaimResult, _ facts: Facts) {
        switch result {
        case .claimed, .finished, .finishedMember, .superseded:
            self.init(.none, .delete)
        case .duplicate:
            // Were it deleted from an ordered queue, the next of its key would start beside the run that another message
            // brought.
            self.init(.none, facts.limits.keepsOrder ? .hide(facts.lease.length) : .delete)
        case .mismatched:
            let failure = JobFailure(.validation, "the message was made for another payload than the job has")
            self.init(.none, .deadLetter(failure))
        case .leased(let expiry):
            // A second more, so that the lease has really ended by every clock that is not far off.
            self.init(.none, .hide(max(.zero, expiry.duration(since: facts.now)) + .seconds(1)))
        case .exhausted(let job):
            let message = "the process that ran attempt \(job.attempts) of \(job.maxAttempts) ended without a word"
            self.init(.giveUp(JobFailure(.unknown, message)), .deadLetter(JobFailure(.unknown, message)))
        case .givenUp(let job):
            // Its letter may be lost; who gets a second one finds the first one's work done.
            let failure = job.error.map { JobFailure($0.errorClass, $0.message) }
            self.init(.none, .deadLetter(failure ?? JobFailure(.unknown, "the last attempt failed")))
        case .cancelRequested:
            self.init(.cancel, .delete)
        case .notReady(until: let start?):
            self.init(.none, .hide(max(.zero, start.duration(since: facts.now))))
        case .notReady(until: nil):
            // A job that never appears uses up its message's receipts.
            self.init(.none, .hide(facts.policy.patience.notReady))
        }
    }
}

extension Settlement.Facts {
    /// Whether a failure says no more than that jobs of the type fail at present, which was known, and costs no attempt.
    ///
    /// Jobs that are wrong by themselves, and the only ones of their type, look like an outage; they must end at some time.
    fileprivate func forgives(_ evidence: TypeGate.Evidence) -> Bool {
        guard case .outage(let isShared) = evidence, let job else { return false }
        let patience = isShared ? policy.breaker.sharedOutage : policy.breaker.singleJobOutage
        return now.duration(since: job.createdAt) <= patience
    }

    fileprivate func pause(_ backoff: Backoff) -> Duration {
        backoff.delay(afterAttempt: receives, draw: draw)
    }

    /// Has a message come back after a pause, without it ever being given up for that.
    ///
    /// Each receipt is one of those that the queue allows. A message that has spent those that its attempts do not need is
    /// replaced by a copy, or held if it would lose its place in the order by that. A claim whose answer was lost may hold the
    /// job under this message's name: until that lease has ended, the copy would be taken for a duplicate.
    fileprivate func putOff(for pause: Duration, mayBeClaimed: Bool) -> Settlement.MessageChange {
        guard receives > limits.spareReceives else { return .hide(pause) }
        guard !limits.keepsOrder else { return .hold(pause) }
        let delay = mayBeClaimed ? max(pause, lease.visibility) : pause
        return delay <= limits.longestDelay ? .replace(after: delay) : .hide(pause)
    }

    /// Leaves a message to workers that can read it, until it has waited for too long.
    fileprivate func deferred(since: Timestamp, upTo limit: Duration? = nil, or failure: JobFailure) -> Settlement {
        guard now.duration(since: since) <= policy.patience.unknown else {
            return Settlement(job == nil ? .none : .giveUp(failure), .deadLetter(failure))
        }
        var bound = policy.patience.unknownPauses.bound(afterAttempt: deferrals + receives)
        if let limit { bound = min(bound, limit) }
        return Settlement(job == nil ? .none : .release, putOff(for: bound / 2 + bound / 2 * draw, mayBeClaimed: false))
    }

    /// The longest wait between two attempts: the queue hides a message for so long, with an hour for the run itself.
    fileprivate var longestRetryDelay: Duration { max(.zero, limits.longestInvisibility - .seconds(3600)) }

    /// How long the message of a running job can still be hidden: it was received a little before the start.
    fileprivate var invisibilityLeft: Duration {
        let spent = job?.startedAt.map { now.duration(since: $0) } ?? .zero
        return max(.zero, limits.longestInvisibility - .seconds(60) - spent)
    }
}

extension JobPolicy {
    /// How many attempts a job may take: as many as its client asked for, else as many as the policy allows, within
    /// ``Submission/maxAttemptsRange``.
    public func maxAttempts(of job: Job) -> Int {
        guard job.hasDefaultMaxAttempts else { return job.maxAttempts }
        let range = Submission.maxAttemptsRange
        return min(max(maxAttempts, range.lowerBound), range.upperBound)
    }
}
