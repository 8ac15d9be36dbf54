import JobsysAWS
import JobsysCore

extension Job {
    /// Reads a job from its item.
    init(item: Item) throws(UnreadableRecord) {
        let reader = ItemReader(item: item)
        try reader.checkVersion()
        guard let id = JobID(String(try reader.string(JobItem.partitionKey).dropFirst("JOB#".count))) else {
            throw reader.malformed(JobItem.partitionKey, "the key of a job")
        }
        let statusName = try reader.string(JobItem.status)
        // A status is what newer versions add first.
        guard let status = JobStatus(rawValue: statusName) else {
            throw reader.unreadable(
                "its status is \(statusName.prefix(64)), which this version does not know",
                isNewer: true
            )
        }
        self.init(
            id: id,
            tenant: try reader.string(JobItem.tenant),
            type: try reader.string(JobItem.type),
            payload: try reader.json(JobItem.payload),
            payloadHash: try reader.string(JobItem.payloadHash),
            maxAttempts: try reader.int(JobItem.maxAttempts),
            idempotencyKey: item[JobItem.idempotencyKey]?.string,
            orderingKey: item[JobItem.orderingKey]?.string,
            traceID: try reader.traceID(JobItem.traceID),
            createdAt: try reader.time(JobItem.createdAt)
        )
        self.status = status
        requestHash = item[JobItem.requestHash]?.string
        if let id = item[JobItem.scheduleID]?.string {
            tick = ScheduleTick(scheduleID: id, at: try reader.time(JobItem.scheduledFor))
        }
        if item[JobItem.sensitive] != nil { sensitive = reader.fieldPaths(JobItem.sensitive) }
        try readCourse(from: reader)
    }

    private mutating func readCourse(from reader: ItemReader) throws(UnreadableRecord) {
        generation = try reader.int(JobItem.generation)
        attempts = try reader.int(JobItem.attempts)
        updatedAt = try reader.time(JobItem.updatedAt)
        startedAt = try reader.optionalTime(JobItem.startedAt)
        finishedAt = try reader.optionalTime(JobItem.finishedAt)
        expiresAt = try reader.optionalSeconds(JobItem.expiresAt)
        if let owner = reader.item[JobItem.leaseOwner]?.string {
            lease = Lease(
                owner: owner,
                messageID: try reader.string(JobItem.leaseMessageID),
                expiresAt: try reader.optionalTime(JobItem.leaseExpiresAt)
            )
        }
        runAt = try reader.optionalTime(JobItem.runAt)
        cancelRequestedAt = try reader.optionalTime(JobItem.cancelRequestedAt)
        hasDefaultMaxAttempts = reader.item[JobItem.hasDefaultMaxAttempts]?.bool ?? false
        givenUpAt = try reader.optionalTime(JobItem.givenUpAt)
        if reader.item[JobItem.result] != nil {
            result = try reader.json(JobItem.result)
        }
        progress = reader.progress(JobItem.progress)
        if reader.item[JobItem.workflow] != nil {
            workflow = try reader.membership(JobItem.workflow, until: JobItem.keepUntil)
        }
        failures = try reader.failures(JobItem.failures)
        if reader.item[JobItem.error] != nil {
            error = try reader.failure(JobItem.error)
        }
    }
}
