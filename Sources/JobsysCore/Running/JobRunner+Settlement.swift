import JobsysJSON
import JobsysTime
import Logging

extension JobRunner {
    /// Settles a receipt of a message that ``process(_:round:hooks:)`` has not, or could not, deal with.
    ///
    /// - Parameters:
    ///   - finding: What is known about it.
    ///   - delivery: The receipt.
    ///   - round: How often it was held and looked at before.
    /// - Returns: What is left to the caller.
    /// - Throws: ``DependencyError``; the message comes back when its visibility ends.
    @discardableResult
    public func settle(_ finding: Finding, of delivery: Delivery, round: Int = 0) async throws -> Processing {
        try await settle(finding, of: delivery, round: round, job: nil, run: nil)
    }

    /// Settles a receipt: the record first, then the message, then the log.
    ///
    /// - Parameters:
    ///   - finding: What came of it.
    ///   - delivery: The receipt.
    ///   - round: How often it was held and looked at before.
    ///   - job: The job that the run holds; nil if it was not claimed.
    ///   - run: The run; nil if there is none.
    /// - Returns: What is left to the caller.
    /// - Throws: ``DependencyError``; the message comes back when its visibility ends.
    func settle(
        _ finding: Finding,
        of delivery: Delivery,
        round: Int,
        job: Job? = nil,
        run: Run?
    ) async throws -> Processing {
        let facts = facts(delivery, round: round, job: job)
        let settlement = Settlement(of: finding, facts)
        return try await uncancelled {
            if let job, let run {
                switch try await write(settlement.record, to: job, as: run) {
                case .written:
                    break
                case .lost:
                    noteLoss(of: job)
                    return .settled
                case .cancelRequested:
                    return try await settle(.ended(.cancelled), of: delivery, round: round, job: job, run: run)
                }
                note(settlement.record, of: job)
                try await carryOn(job, after: settlement.record)
                if settlement.message == .leave { noteLoss(of: job) }
            }
            let processing = try await carryOut(settlement.message, of: delivery, run: run, facts)
            log(settlement, of: delivery, job)
            return processing
        }
    }

    private func facts(_ delivery: Delivery, round: Int, job: Job?) -> Settlement.Facts {
        let type = job?.type ?? delivery.jobType
        return Settlement.Facts(
            job: job,
            policy: type.map(registry.policy) ?? registry.defaultPolicy,
            receives: delivery.receiveCount + round,
            deferrals: delivery.deferral?.count ?? 0,
            waitingSince: waitingSince(delivery),
            limits: queue.limits,
            lease: lease,
            now: now(),
            draw: draw()
        )
    }

    // MARK: The record

    private func write(_ change: Settlement.RecordChange, to job: Job, as run: Run) async throws -> FencedWrite {
        let policy = registry.policy(ofType: job.type)
        let conclusion: Conclusion
        switch change {
        case .none:
            return .written
        case .succeed(let result):
            conclusion = .succeeded(JobResult(result, expiresAt: expiry(of: job, policy)))
        case .retry(let failure, let delay, let maxAttempts):
            conclusion = .retrying(failure, notBefore: now() + delay, maxAttempts: maxAttempts)
        case .giveUp(let failure):
            conclusion = .givenUp(failure)
        case .release:
            conclusion = .released
        case .cancel:
            conclusion = .cancelled(expiresAt: expiry(of: job, policy))
        }
        return try await persistently { try await store.conclude(run, with: conclusion, at: now()) }
    }

    /// A member of a workflow is kept for as long as that.
    private func expiry(of job: Job, _ policy: JobPolicy) -> Timestamp {
        job.workflow?.keepUntil ?? now() + policy.retention
    }

    /// Carries a workflow on whose member has ended.
    ///
    /// The message is deleted after it: if it fails, or the worker dies, the message comes again and has it done.
    private func carryOn(_ job: Job, after change: Settlement.RecordChange) async throws {
        guard job.workflow != nil, let workflows else { return }
        var ended = job
        switch change {
        case .succeed: ended.status = .succeeded
        case .cancel: ended.status = .cancelled
        case .none, .retry, .giveUp, .release: return
        }
        try await persistently { [ended] in try await workflows.ended(ended) }
    }

    /// Counts what was written; only then, so that no count claims what the store does not hold.
    private func note(_ change: Settlement.RecordChange, of job: Job) {
        switch change {
        case .none: break
        case .succeed:
            meter.note(.succeeded, of: job, at: now())
            CrashPoint.afterSuccess.reached()
        case .retry:
            meter.note(.retried, of: job, at: now())
            CrashPoint.afterRetry.reached()
        case .giveUp:
            meter.note(.deadLettered, of: job, at: now())
            CrashPoint.afterGivingUp.reached()
        case .release:
            meter.note(.handedBack, of: job, at: now())
            CrashPoint.afterRelease.reached()
        case .cancel:
            meter.note(.cancelled, of: job, at: now())
        }
    }

    private func noteLoss(of job: Job) {
        meter.note(.lost, of: job, at: now())
        Logger.current.warning("run lost its lease: its outcome is dropped")
    }

    // MARK: The message

    private func carryOut(
        _ change: Settlement.MessageChange,
        of delivery: Delivery,
        run: Run?,
        _ facts: Settlement.Facts
    ) async throws -> Processing {
        switch change {
        case .delete:
            try await queue.delete(delivery)
        case .deadLetter(let failure):
            return try await sendToDeadLetters(delivery, for: failure, run: run, facts)
        case .hide(let duration):
            try await queue.hide(delivery, for: duration)
        case .replace(let delay):
            guard let replacer else { return .held(for: delay) }
            var copied = delivery
            copied.deferral = Delivery.Deferral(
                count: facts.deferrals + facts.receives,
                since: facts.waitingSince
            )
            try await replacer.replace(copied, after: delay)
        case .hold(let duration):
            return .held(for: duration)
        case .leave:
            break
        }
        return .settled
    }

    /// Sends a message to the dead letters, then deletes it from its queue.
    ///
    /// A queue that does not take it as it is gets an excerpt; one that does not take that either leaves the message to
    /// its own queue, which moves it when its receipts have run out.
    private func sendToDeadLetters(
        _ delivery: Delivery,
        for failure: JobFailure,
        run: Run?,
        _ facts: Settlement.Facts
    ) async throws -> Processing {
        let reason = DeadLetter.Reason(failure: failure, messageID: delivery.messageID, run: run)
        let letter = DeadLetter(
            body: delivery.body,
            reason: reason,
            trace: delivery.trace,
            orderingKey: delivery.orderingKey
        )
        do {
            try await send(letter)
        } catch let error as DependencyError where error.refusesRequest {
            Logger.current.warning(
                "dead letter refused as it is: its excerpt is sent",
                metadata: ["message.id": "\(delivery.messageID)", "error.message": "\(error)"]
            )
            do {
                try await send(letter.excerpt)
            } catch let error as DependencyError where error.refusesRequest {
                Logger.current.error(
                    "dead letter refused: the message is left to its queue, which moves it after its last receipt",
                    metadata: ["message.id": "\(delivery.messageID)", "error.message": "\(error)"]
                )
                return try await carryOut(Settlement(of: .letterRefused, facts).message, of: delivery, run: nil, facts)
            }
        }
        CrashPoint.afterLetter.reached()
        try await persistently { try await queue.delete(delivery) }
        CrashPoint.afterLetterDelete.reached()
        return .settled
    }

    private func send(_ letter: DeadLetter) async throws {
        try await persistently { try await deadLetters.send(letter) }
    }

    // MARK: The log

    private func log(_ settlement: Settlement, of delivery: Delivery, _ job: Job?) {
        let logger = Logger.current
        let attempt = job?.attemptMetadata(at: now()) ?? [:]
        switch (settlement.record, settlement.message) {
        case (.succeed, _):
            logger.info("job succeeded", metadata: attempt)
        case (.retry(let failure, let delay, _), _):
            logger.warning(
                "attempt failed",
                metadata: attempt.merging(failure.logMetadata(retryIn: delay)) { $1 }
            )
        case (.cancel, _):
            logger.info("job cancelled", metadata: attempt)
        case (_, .deadLetter(let failure)):
            // Whoever records the failure reports it as an error.
            logger.warning(
                "message sent to the dead letters",
                metadata: ["message.id": "\(delivery.messageID)"].merging(failure.logMetadata()) { $1 }
            )
        case (.release, _):
            logger.info("job handed back", metadata: attempt)
        default:
            logger.debug("message settled", metadata: ["message.change": "\(settlement.message)"])
        }
    }
}

extension Job {
    fileprivate func attemptMetadata(at now: Timestamp) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["job.type": "\(type)", "job.attempt": "\(attempts)"]
        if let startedAt {
            metadata["job.durationMs"] = "\(now.milliseconds - startedAt.milliseconds)"
        }
        return metadata
    }
}

extension JobFailure {
    func logMetadata(retryIn delay: Duration? = nil) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["error.class": "\(errorClass.rawValue)", "error.message": "\(message)"]
        if let delay {
            metadata["retry.delayMs"] = "\(Int(delay / .milliseconds(1)))"
        }
        return metadata
    }
}
