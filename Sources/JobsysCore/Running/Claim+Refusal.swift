extension Claim {
    /// Why a claim was refused, by the record that refused it.
    ///
    /// A record that already carries the claim's own name is no refusal: the first answer was lost, and the claim was
    /// made again.
    public func refusal(by job: Job?) -> ClaimResult {
        guard let job, job.generation >= generation else { return .notReady() }
        guard job.generation == generation else { return .superseded }
        guard job.payloadHash == payloadHash else { return .mismatched }
        switch job.status {
        case .succeeded, .failedFinal, .cancelled:
            return job.workflow == nil ? .finished : .finishedMember(job)
        case .waiting:
            return .notReady()
        case .running:
            if job.givenUpAt != nil { return .givenUp(job) }
            guard let lease = job.lease, let expiry = lease.expiresAt else { return .notReady() }
            if lease.owner == owner { return .claimed(job) }
            guard expiry < at else {
                return lease.messageID == messageID ? .leased(until: expiry) : .duplicate
            }
            guard job.cancelRequestedAt == nil else { return .cancelRequested(job) }
            return job.attempts >= job.maxAttempts ? .exhausted(job) : .notReady()
        case .scheduled, .pending, .retrying:
            // Attempts are handed back before they are used up, so only a limit that was lowered leads here.
            return job.attempts >= job.maxAttempts ? .exhausted(job) : .notReady(until: job.runAt)
        }
    }
}
