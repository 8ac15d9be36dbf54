import JobsysHashing
public import JobsysJSON
public import JobsysTime

extension Job {
    /// The job in its next generation: with all its attempts, and with another payload if one is given.
    ///
    /// The lease's name stays, without an end: it tells who held the job last.
    public func redriven(with payload: JSONValue?, at now: Timestamp) -> Job {
        var next = self
        next.generation += 1
        next.status = .pending
        next.attempts = 0
        next.lease?.expiresAt = nil
        next.updatedAt = now
        next.error = nil
        next.progress = nil
        next.failures = []
        next.runAt = nil
        next.cancelRequestedAt = nil
        next.givenUpAt = nil
        next.startedAt = nil
        next.finishedAt = nil
        next.expiresAt = nil
        if let payload {
            next.payload = payload
            next.payloadHash = SHA256.hexHash(payload.canonical())
        }
        return next
    }
}
