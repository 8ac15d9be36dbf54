import JobsysJSON
import JobsysTime
import Logging

extension JobRunner {
    /// Settles an attempt: the state first, then the queue, then the log.
    func settle(_ outcome: JobOutcome, of job: Job, from delivery: Delivery, as run: Run) async throws {
        switch Settlement(of: outcome, attempt: job.attempts, maxAttempts: job.maxAttempts, draw: draw()) {
        case .complete(let result):
            let kept = JobResult(result, expiresAt: now() + retention)
            guard try await conclude(run, with: .succeeded(kept)) == .written else { return noteLoss(of: job) }
            meter.note(.succeeded, of: job, at: now())
            CrashPoint.afterSuccess.reached()
            try await queue.delete(delivery)
            Logger.current.info("job succeeded", metadata: job.attemptMetadata(at: now()))
        case .retry(let failure, let delay):
            let instant = now()
            let write = try await conclude(run, with: .retrying(failure, notBefore: instant + delay))
            guard try await isStillOurs(write, job, from: delivery, as: run) else { return }
            meter.note(.retried, of: job, at: instant)
            CrashPoint.afterRetry.reached()
            // The queue keeps its own time; the record makes sure that nobody starts too early.
            try await queue.hide(delivery, for: min(delay, job.hidingLeft(at: instant)))
            Logger.current.warning(
                "attempt failed",
                metadata: job.attemptMetadata(at: now()).merging(failure.logMetadata(retryIn: delay)) { $1 }
            )
        case .deadLetter(let failure):
            // Whoever lost the job must not delete the message under those who have it now.
            let fence = try await persistently { try await store.extendLease(of: run, until: now() + lease.length) }
            guard try await isStillOurs(fence, job, from: delivery, as: run) else { return }
            CrashPoint.afterFence.reached()
            try await bury(delivery, for: failure, run: run)
            meter.note(.deadLettered, of: job, at: now())
        case .handBack:
            guard try await release(job, from: delivery, as: run) == .released else { return }
            CrashPoint.afterRelease.reached()
            try await queue.hide(delivery, for: .zero)
        case .cancel:
            try await settleCancelled(job, from: delivery, as: run)
        case .leave:
            noteLoss(of: job)
        }
    }

    /// Gives an attempt back; the message stays as it is.
    func release(_ job: Job, from delivery: Delivery, as run: Run) async throws -> Processing {
        let write = try await conclude(run, with: .released)
        guard try await isStillOurs(write, job, from: delivery, as: run) else { return .settled }
        meter.note(.handedBack, of: job, at: now())
        Logger.current.info("job handed back", metadata: job.attemptMetadata(at: now()))
        return .released
    }

    /// Whether a write found the job as the run's own; where it did not, what is left to do is done here.
    private func isStillOurs(
        _ write: FencedWrite,
        _ job: Job,
        from delivery: Delivery,
        as run: Run
    ) async throws -> Bool {
        switch write {
        case .written:
            return true
        case .lost:
            noteLoss(of: job)
        case .cancelRequested:
            try await settleCancelled(job, from: delivery, as: run)
        }
        return false
    }

    private func settleCancelled(_ job: Job, from delivery: Delivery, as run: Run) async throws {
        let conclusion = Conclusion.cancelled(expiresAt: now() + retention)
        guard try await conclude(run, with: conclusion) == .written else { return noteLoss(of: job) }
        meter.note(.cancelled, of: job, at: now())
        try await queue.delete(delivery)
        Logger.current.info("job cancelled", metadata: job.attemptMetadata(at: now()))
    }

    /// Sends a message to the dead letters, then deletes it from its queue.
    func bury(_ delivery: Delivery, for failure: JobFailure, run: Run?) async throws {
        let reason = DeadLetter.Reason(failure: failure, messageID: delivery.messageID, run: run)
        let letter = DeadLetter(
            body: delivery.body,
            reason: reason,
            trace: delivery.trace,
            orderingKey: delivery.orderingKey
        )
        try await persistently { try await deadLetters.send(letter) }
        CrashPoint.afterLetter.reached()
        try await persistently { try await queue.delete(delivery) }
        CrashPoint.afterBurial.reached()
        // Whoever records the failure reports it as an error.
        Logger.current.warning(
            "message sent to the dead letters",
            metadata: ["message.id": "\(delivery.messageID)"].merging(failure.logMetadata()) { $1 }
        )
    }

    private func conclude(_ run: Run, with conclusion: Conclusion) async throws -> FencedWrite {
        try await persistently { try await store.conclude(run, with: conclusion, at: now()) }
    }

    private func noteLoss(of job: Job) {
        meter.note(.lost, of: job, at: now())
        Logger.current.warning("run lost its lease: its outcome is dropped")
    }
}

extension Job {
    /// How long the message of a running job can still be hidden: SQS hides it for 12 hours from its receipt in all, which
    /// was a little before the start.
    fileprivate func hidingLeft(at now: Timestamp) -> Duration {
        let spent = startedAt.map { now.duration(since: $0) } ?? .zero
        return max(.zero, .seconds(12 * 3600 - 60) - spent)
    }

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
