public import FoundationEssentials
import JobsysObservability
public import JobsysTime
import Logging

/// Runs the job that a message names: claim, run under a lease, settle.
public struct JobRunner: Sendable {
    let store: any JobStore
    let queue: any JobQueue
    let deadLetters: any DeadLetterSender
    let registry: JobRegistry
    let lease: LeaseTiming
    let retention: Duration
    let meter: RunMeter
    let clock: any Clock<Duration>
    let now: @Sendable () -> Timestamp
    let draw: @Sendable () -> Double
    let makeOwner: @Sendable () -> String
    let alarms: AlarmClock

    /// Makes a runner.
    ///
    /// - Parameters:
    ///   - store: Where the records are.
    ///   - queue: Where the messages come from.
    ///   - deadLetters: Where messages go whose jobs have failed for good.
    ///   - registry: The handlers.
    ///   - lease: How long a job is held without renewal.
    ///   - retention: How long a finished job is kept.
    ///   - meter: Is told of every attempt's end.
    ///   - clock: What the renewals wait by.
    ///   - now: The wall clock, which leases and records go by.
    ///   - draw: Random numbers in 0..<1, which spread the retries.
    ///   - makeOwner: Makes a name for a claim that no other claim has.
    public init(
        store: any JobStore,
        queue: any JobQueue,
        deadLetters: any DeadLetterSender,
        registry: JobRegistry,
        lease: LeaseTiming = LeaseTiming(),
        retention: Duration = .seconds(14 * 86400),
        meter: RunMeter = RunMeter(),
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        makeOwner: @escaping @Sendable () -> String = { UUID().uuidString }
    ) {
        self.store = store
        self.queue = queue
        self.deadLetters = deadLetters
        self.registry = registry
        self.lease = lease
        self.retention = retention
        self.meter = meter
        self.clock = clock
        self.now = now
        self.draw = draw
        self.makeOwner = makeOwner
        alarms = AlarmClock(clock)
    }

    /// Deals with one receipt of a message, to the end; see ``process(_:hooks:)``.
    public func process(_ delivery: Delivery) async throws {
        _ = try await process(delivery, hooks: RunHooks())
    }

    /// Deals with one receipt of a message, to the end.
    ///
    /// Cancellation interrupts the handler; what follows it, the record and the acknowledgement, is still done.
    ///
    /// - Parameters:
    ///   - delivery: The receipt.
    ///   - hooks: What is asked and told on the way.
    /// - Returns: What is left to the caller.
    /// - Throws: ``DependencyError`` when the store or the queue failed. The message is then still in the queue and
    ///   comes back when its visibility ends.
    public func process(_ delivery: Delivery, hooks: RunHooks) async throws -> Processing {
        let message: JobMessage
        do {
            message = try JobMessage(body: delivery.body)
        } catch {
            try await bury(delivery, for: error, run: nil)
            return .settled
        }
        return try await withLogger(mergingMetadata: ["jobId": "\(message.jobID)", "traceId": "\(message.traceID)"]) {
            _ in
            let claim = newClaim(message, from: delivery)
            // Under one name, so that a claim whose answer was lost is found to be ours.
            let result = try await persistently(for: lease.renewalInterval) {
                try await uncancelled { try await store.claim(claim) }
            }
            hooks.onClaim()
            CrashPoint.afterClaim.reached()
            return try await act(on: result, of: claim, from: delivery, hooks: hooks)
        }
    }

    /// Hands a message back that was received but not begun.
    public func handBack(_ delivery: Delivery) async throws {
        try await queue.hide(delivery, for: .zero)
    }

    private func newClaim(_ message: JobMessage, from delivery: Delivery) -> Claim {
        let instant = now()
        return Claim(
            message,
            messageID: delivery.messageID,
            owner: makeOwner(),
            at: instant,
            leaseExpiresAt: instant + lease.length
        )
    }

    private func act(
        on result: ClaimResult,
        of claim: Claim,
        from delivery: Delivery,
        hooks: RunHooks
    ) async throws -> Processing {
        guard case .claimed(let job) = result else {
            try await act(onRefusal: result, of: claim, from: delivery)
            return .settled
        }
        let run = Run(claim, attempt: job.attempts)
        guard hooks.mayStart(job) else {
            return try await uncancelled { try await release(job, from: delivery, as: run) }
        }
        let outcome = await outcome(of: job, from: delivery, as: run, hooks: hooks)
        CrashPoint.afterHandler.reached()
        guard hooks.counts(job, outcome) else {
            return try await uncancelled { try await release(job, from: delivery, as: run) }
        }
        try await uncancelled { try await settle(outcome, of: job, from: delivery, as: run) }
        return .settled
    }

    private func act(onRefusal result: ClaimResult, of claim: Claim, from delivery: Delivery) async throws {
        switch result {
        case .claimed:
            break
        case .duplicate where delivery.orderingKey != nil:
            // Were it deleted, the next of its key would start beside the run that another message brought.
            try await queue.hide(delivery, for: lease.length)
        case .finished, .superseded, .duplicate:
            Logger.current.debug("message that nobody needs deleted", metadata: ["claim.result": "\(result)"])
            try await queue.delete(delivery)
        case .mismatched:
            let failure = JobFailure(.validation, "the message was made for another payload than the job has")
            try await bury(delivery, for: failure, run: nil)
        case .leased(let expiry):
            // A second more, so that the lease has really ended by every clock that is not far off.
            try await queue.hide(delivery, for: max(.zero, expiry.duration(since: now())) + .seconds(1))
        case .exhausted(let job):
            try await giveUp(job, by: claim, from: delivery)
        case .notReady(until: let start?):
            try await queue.hide(delivery, for: max(.zero, start.duration(since: now())))
        case .notReady(until: nil):
            try await queue.hide(delivery, for: Self.pauseBeforeAnotherLook)
        }
    }

    /// Gives up a job whose last attempt vanished; first of all it must be ours, because who ran it may be alive yet.
    private func giveUp(_ job: Job, by claim: Claim, from delivery: Delivery) async throws {
        guard try await uncancelled({ try await store.takeOver(job, by: claim) }) == .written else {
            return try await queue.hide(delivery, for: Self.pauseBeforeAnotherLook)
        }
        CrashPoint.afterTakeOver.reached()
        let message = "the process that ran attempt \(job.attempts) of \(job.maxAttempts) ended without a word"
        try await bury(delivery, for: JobFailure(.unknown, message), run: Run(claim, attempt: job.attempts))
    }

    private static let pauseBeforeAnotherLook: Duration = .seconds(5)
}

extension Run {
    fileprivate init(_ claim: Claim, attempt: Int) {
        self.init(jobID: claim.jobID, generation: claim.generation, attempt: attempt, owner: claim.owner)
    }
}
