import JobsysTime

extension DeadLetterRecorder {
    /// What a dead letter means for its job as it is now.
    enum Verdict: Sendable, Hashable {
        case failed(JobFailure)
        case alreadyRecorded
        case obsolete
        case postponed(String)
        case unfinished
    }

    /// Decides what a dead letter means.
    ///
    /// Pure, so that every case can be laid out in a table.
    func verdict(on job: Job, message: JobMessage, delivery: Delivery, at now: Timestamp) -> Verdict {
        guard job.generation == message.generation else { return .obsolete }
        if job.status == .failedFinal { return .alreadyRecorded }
        if job.status.isFinal || job.status == .waiting { return .obsolete }
        guard let reason = delivery.deadLetterReason else {
            return verdict(onGivenUp: job, at: now)
        }
        // A worker gave it up: that holds only as long as nobody has claimed the job since, or runs it after all.
        guard let run = reason.run else { return job.status == .running ? .obsolete : .failed(reason.failure) }
        return run == Run(latestOf: job) ? .failed(reason.failure) : .obsolete
    }

    /// The queue itself gave the message up, after too many receipts without an end.
    ///
    /// Receipts are not attempts: an outage uses them up without the job's fault, and then it is owed the attempts that
    /// it has left.
    private func verdict(onGivenUp job: Job, at now: Timestamp) -> Verdict {
        if job.givenUpAt != nil, let failure = job.error {
            return .failed(JobFailure(failure.errorClass, failure.message))
        }
        if job.status == .running, let expiry = job.lease?.expiresAt, expiry > now {
            return .postponed("the job is being run under a lease until \(expiry)")
        }
        guard job.attempts >= job.maxAttempts else { return .unfinished }
        let lastWords = job.error.map { "; the latest failure was \($0.errorClass.rawValue): \($0.message)" } ?? ""
        let message = "the queue gave the message up after too many receipts without an end\(lastWords)"
        return .failed(JobFailure(job.error?.errorClass ?? .unknown, message))
    }
}
