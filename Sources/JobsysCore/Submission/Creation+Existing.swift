extension Creation {
    /// What a create that found a record means.
    ///
    /// A record of the same instant, trace and content is the job's own: the first answer was lost, and the write was
    /// made again. A client's repeats share the trace at most.
    public init(of job: Job, over existing: Job) {
        let isOwn =
            existing.createdAt == job.createdAt && existing.traceID == job.traceID
            && existing.type == job.type && existing.payloadHash == job.payloadHash
            && existing.maxAttempts == job.maxAttempts
        self = isOwn ? .created : .exists(existing)
    }
}
