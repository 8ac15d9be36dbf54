public import FoundationEssentials
import JobsysObservability
public import JobsysTime
import Logging

/// Deals with receipts of messages: claims the job that a message names, runs it under a lease, and settles what came of it.
public struct JobRunner: Sendable {
    let store: any JobStore
    let queue: any JobQueue
    let replacer: (any MessageReplacer)?
    let deadLetters: any DeadLetterSender
    let directory: (any TypeDirectory)?
    let workflows: WorkflowEngine?
    let registry: JobRegistry
    let gate: TypeGate
    let lease: LeaseTiming
    let meter: RunMeter
    let clock: any Clock<Duration>
    let now: @Sendable () -> Timestamp
    let draw: @Sendable () -> Double
    let makeOwner: @Sendable () -> String
    let alarms: AlarmClock
    let handlerExecutor: any TaskExecutor

    /// Makes a runner.
    ///
    /// - Parameters:
    ///   - store: Where the records are.
    ///   - queue: Where the messages come from.
    ///   - replacer: What replaces messages whose receipts run out; nil where a message must keep its place, or never has to
    ///     be put off for long.
    ///   - deadLetters: Where messages go whose jobs have failed for good.
    ///   - directory: Which types other workers offer; without one a type that this worker does not know is waited for as if
    ///     nobody ever had offered it.
    ///   - workflows: What carries workflows on when a member of one ends; without one, the reconciler of some worker does.
    ///   - registry: The handlers and their policies.
    ///   - gate: Decides whether jobs of a type may start; without one, by the registry's policies.
    ///   - lease: How long a job is held without renewal.
    ///   - meter: Is told of every attempt's end.
    ///   - clock: What the renewals wait by.
    ///   - now: The wall clock, which leases and records go by.
    ///   - draw: Random numbers in 0..<1, which spread the retries.
    ///   - makeOwner: Makes a name for a claim that no other claim has.
    ///   - handlerExecutor: Where handlers run that are not brief; what they block there must hold up nobody else.
    public init(
        store: any JobStore,
        queue: any JobQueue,
        replacer: (any MessageReplacer)? = nil,
        deadLetters: any DeadLetterSender,
        directory: (any TypeDirectory)? = nil,
        workflows: WorkflowEngine? = nil,
        registry: JobRegistry,
        gate: TypeGate? = nil,
        lease: LeaseTiming = LeaseTiming(),
        meter: RunMeter = RunMeter(),
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        makeOwner: @escaping @Sendable () -> String = { UUID().uuidString },
        handlerExecutor: any TaskExecutor = globalConcurrentExecutor
    ) {
        self.store = store
        self.queue = queue
        self.replacer = replacer
        self.deadLetters = deadLetters
        self.directory = directory
        self.workflows = workflows
        self.registry = registry
        self.gate = gate ?? TypeGate(clock: clock, draw: draw, policy: registry.policy)
        self.lease = lease
        self.meter = meter
        self.clock = clock
        self.now = now
        self.draw = draw
        self.makeOwner = makeOwner
        alarms = AlarmClock(clock)
        self.handlerExecutor = handlerExecutor
    }

    /// What a caller has to do about a message that was looked at.
    public enum Processing: Sendable, Hashable {
        /// Nothing: it is dealt with.
        case settled
        /// To look at it again after so long, and to keep it from everybody else meanwhile: it must not lose its place.
        case held(for: Duration)
    }

    /// Whether a message's job may start, as far as the message tells before its record is read.
    ///
    /// A permission to start must be followed by ``process(_:round:hooks:)`` or given back by ``giveBack(_:)``.
    public func verdict(on delivery: Delivery) -> TypeGate.Verdict {
        guard let type = delivery.jobType, registry.offers(type) else { return .start(after: .zero) }
        return gate.verdict(on: type)
    }

    /// Gives back a permission to start that ``verdict(on:)`` has given, for a message that is not processed after all.
    public func giveBack(_ delivery: Delivery) {
        if let type = delivery.jobType, registry.offers(type) { gate.finish(type: type) }
    }

    /// Deals with one receipt of a message, to the end.
    ///
    /// Cancellation interrupts the handler; what follows it, the record and the acknowledgement, is still done. What is
    /// wrong with the message or its record alone is settled here, and never thrown.
    ///
    /// - Parameters:
    ///   - delivery: The receipt; ``verdict(on:)`` has allowed its job to start.
    ///   - round: How often the same receipt was held and looked at before.
    ///   - hooks: What is told on the way.
    /// - Returns: What is left to the caller.
    /// - Throws: ``DependencyError`` when the store or the queue failed. The message is then still in the queue; the
    ///   caller has it come back by ``settle(_:of:round:)``, or it comes when its visibility ends.
    @discardableResult
    public func process(
        _ delivery: Delivery,
        round: Int = 0,
        hooks: RunHooks = RunHooks()
    ) async throws -> Processing {
        defer { giveBack(delivery) }
        let message: JobMessage
        do {
            message = try JobMessage(body: delivery.body)
        } catch .newer(let text) {
            return try await settle(.newer(text), of: delivery, round: round)
        } catch .malformed(let failure) {
            return try await settle(.unreadable(failure), of: delivery, round: round)
        }
        return try await withLogger(mergingMetadata: ["jobId": "\(message.jobID)", "traceId": "\(message.traceID)"]) {
            _ in
            if let type = delivery.jobType, !registry.offers(type) {
                return try await settle(unknownType(type, delivery), of: delivery, round: round)
            }
            do {
                return try await claimAndRun(message, from: delivery, round: round, hooks: hooks)
            } catch let error as UnreadableRecord {
                let failure = JobFailure(.unknown, "the job's record cannot be read: \(error)")
                let finding: Finding = error.isNewer ? .newer(error.description) : .unreadable(failure)
                return try await settle(finding, of: delivery, round: round)
            } catch let error as DependencyError where error.refusesRequest {
                let failure = JobFailure(.system, "the store refuses what the job's record would become: \(error)")
                return try await settle(.unreadable(failure), of: delivery, round: round)
            }
        }
    }

    private func claimAndRun(
        _ message: JobMessage,
        from delivery: Delivery,
        round: Int,
        hooks: RunHooks
    ) async throws -> Processing {
        let claim = newClaim(message, from: delivery)
        // Under one name, so that a claim whose answer was lost is found to be ours.
        let result = try await persistently(for: lease.renewalInterval) {
            try await uncancelled { try await store.claim(claim) }
        }
        hooks.onClaim()
        CrashPoint.afterClaim.reached()
        switch result {
        case .claimed(let job):
            return try await run(job, as: Run(claim, attempt: job.attempts), from: delivery, round: round, hooks: hooks)
        case .exhausted(let job), .cancelRequested(let job):
            // First of all it must be ours, because who ran it may be alive yet.
            guard try await uncancelled({ try await store.takeOver(job, by: claim) }) == .written else {
                return try await settle(.refused(.notReady()), of: delivery, round: round)
            }
            CrashPoint.afterTakeOver.reached()
            let run = Run(claim, attempt: job.attempts)
            return try await settle(.refused(result), of: delivery, round: round, job: job, run: run)
        case .givenUp(let job):
            return try await settle(.refused(result), of: delivery, round: round, run: Run(latestOf: job))
        case .finishedMember(let job):
            // Whoever ended it may have died before its workflow was carried on.
            try await uncancelled { [workflows] in try await workflows?.ended(job) }
            return try await settle(.refused(result), of: delivery, round: round)
        case .finished, .superseded, .mismatched, .duplicate, .leased, .notReady:
            return try await settle(.refused(result), of: delivery, round: round)
        }
    }

    private func run(
        _ job: Job,
        as run: Run,
        from delivery: Delivery,
        round: Int,
        hooks: RunHooks
    ) async throws -> Processing {
        guard registry.offers(job.type) else {
            let finding = try await unknownType(job.type, delivery)
            return try await settle(finding, of: delivery, round: round, job: job, run: run)
        }
        // A message that does not tell its type comes to the gate only now.
        if delivery.jobType == nil {
            switch gate.verdict(on: job.type) {
            case .start: break
            case .turnAway(let wait):
                return try await settle(.turnedAway(for: wait), of: delivery, round: round, job: job, run: run)
            }
        }
        defer { if delivery.jobType == nil { gate.finish(type: job.type) } }
        let given = try await withOutputs(job)
        meter.noteStart(of: job)
        let outcome = await outcome(of: given, from: delivery, as: run, hooks: hooks)
        CrashPoint.afterHandler.reached()
        if case .unavailable(let reason) = outcome { await pause(job.type, for: reason) }
        let evidence = gate.note(outcome, of: job.id, type: job.type)
        return try await settle(.ended(outcome, evidence), of: delivery, round: round, job: job, run: run)
    }

    /// The job with the results of other members in its payload, where it asks for some.
    private func withOutputs(_ job: Job) async throws -> Job {
        guard job.workflow != nil, let workflows else { return job }
        var job = job
        job.payload = try await persistently { [job] in try await workflows.payload(of: job) }
        return job
    }

    /// Has no worker start jobs of a type until somebody resumes it; who finds it paused has nothing to add.
    private func pause(_ type: String, for reason: String) async {
        guard !gate.isPaused(type) else { return }
        let pause = TypePause(at: now(), by: "a worker", reason: reason)
        gate.pause(type, since: pause.at)
        let metadata: Logger.Metadata = ["job.type": "\(type)", "pause.reason": "\(reason)"]
        do {
            let record = try await uncancelled { [directory] in try await directory?.pause(type, pause) }
            // Of several that find it out at the same time, the first one says it.
            guard record.map({ $0.pause?.at == pause.at }) ?? true else { return }
            Logger.current.error("type paused: its jobs cannot be run until somebody has looked", metadata: metadata)
        } catch {
            // The next attempt at one of its jobs finds the same.
            let problem: Logger.Metadata = ["error.message": "\(error)"]
            Logger.current.warning("type not paused", metadata: metadata.merging(problem) { $1 })
        }
    }

    /// What is known about a type that this worker does not offer; others are asked for only when it matters.
    private func unknownType(_ type: String, _ delivery: Delivery) async throws -> Finding {
        let patience = registry.defaultPolicy.patience
        guard now().duration(since: waitingSince(delivery)) <= patience.unknown else {
            return .unknownType(type, lastOffered: try await directory?.lastOffered(type))
        }
        let count = delivery.receiveCount + (delivery.deferral?.count ?? 0)
        guard patience.unknownPauses.bound(afterAttempt: count) > patience.offeredPause else {
            return .unknownType(type, lastOffered: nil)
        }
        // Where it cannot be found out, the message rests for longer, and no more than that.
        return .unknownType(type, lastOffered: try? await directory?.lastOffered(type))
    }

    private func newClaim(_ message: JobMessage, from delivery: Delivery) -> Claim {
        let instant = now()
        return Claim(
            message,
            messageID: delivery.messageID,
            owner: makeOwner(),
            at: instant,
            leaseExpiresAt: instant + lease.length,
            sensitive: delivery.jobType.map { registry.policy(ofType: $0).sensitive } ?? []
        )
    }

    /// Since when a message waits, as far as it tells.
    func waitingSince(_ delivery: Delivery) -> Timestamp {
        delivery.deferral?.since ?? delivery.sentAt ?? now()
    }
}

extension Run {
    fileprivate init(_ claim: Claim, attempt: Int) {
        self.init(jobID: claim.jobID, generation: claim.generation, attempt: attempt, owner: claim.owner)
    }
}

/// What is told while a job is dealt with.
public struct RunHooks: Sendable {
    /// The store has granted or refused the claim, and so is known to take writes.
    public var onClaim: @Sendable () -> Void
    /// A renewal of the lease has been made, or has failed.
    public var onRenewal: @Sendable () -> Void

    /// Makes hooks; those that are left out do nothing.
    public init(onClaim: @escaping @Sendable () -> Void = {}, onRenewal: @escaping @Sendable () -> Void = {}) {
        self.onClaim = onClaim
        self.onRenewal = onRenewal
    }
}
