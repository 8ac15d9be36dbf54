import JobsysAWS
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTime

// The vocabulary of the table's items, which this target is about.
typealias Item = DynamoDB.Item
typealias AttributeValue = DynamoDB.AttributeValue
typealias Attribute = DynamoDB.Attribute
typealias Condition = DynamoDB.Condition
typealias Update = DynamoDB.Update

/// The layout of a job in the table.
///
/// Whoever looks for an attribute's name finds it here and nowhere else.
enum JobItem {
    static let partitionKey = "PK"
    /// The version of the layout; a record without one is of version 1.
    ///
    /// What older code cannot read, or must not run, has a higher number.
    static let version = "version"
    static let knownVersion = 1
    static let status = "status"
    static let type = "type"
    static let payload = "payload"
    static let payloadHash = "payloadHash"
    /// The fields that nobody is shown: their paths, a line each; absent if there are none.
    static let sensitive = "sensitive"
    static let tenant = "tenant"
    static let generation = "generation"
    static let attempts = "attempts"
    static let maxAttempts = "maxAttempts"
    /// Whether `maxAttempts` is a default, which the policy of the job's type may change; absent if the client asked for it.
    static let hasDefaultMaxAttempts = "hasDefaultMaxAttempts"
    static let leaseOwner = "leaseOwner"
    static let leaseMessageID = "leaseMessageId"
    static let leaseExpiresAt = "leaseExpiresAt"
    static let orderingKey = "orderingKey"
    static let runAt = "runAt"
    static let cancelRequestedAt = "cancelRequestedAt"
    static let givenUpAt = "givenUpAt"
    static let result = "result"
    static let error = "error"
    /// A map of `fraction`, `message` and `at`; what is malformed is as if it were not there, for nothing depends on it.
    static let progress = "progress"
    static let failures = "failures"
    /// The schedule whose tick the job is for, and the instant that it names; absent if it is for none.
    static let scheduleID = "scheduleId"
    static let scheduledFor = "scheduledFor"
    static let traceID = "traceId"
    static let idempotencyKey = "idempotencyKey"
    static let requestHash = "requestHash"
    static let createdAt = "createdAt"
    static let updatedAt = "updatedAt"
    static let startedAt = "startedAt"
    static let finishedAt = "finishedAt"
    /// The table's time to live, in seconds since 1970.
    static let expiresAt = "expiresAt"
    /// The index `timeline`: neither of its keys ever changes, so that no change of status touches it.
    static let timelineKey = "timelineKey"
    static let timelineSort = "timelineSort"

    /// The sparse index `tenant`, which jobs of tenants other than the default one are in, and open incidents of theirs.
    ///
    /// Whoever has no tenants pays nothing for it. A job's keys never change.
    static let tenantKey = "tenantKey"
    static let tenantSort = "tenantSort"

    /// A map of what `WorkflowMembership` says; absent for a job of its own.
    static let workflow = "workflow"
    /// When a workflow's member may be forgotten, in seconds since 1970: not before all others.
    static let keepUntil = "keepUntil"
    /// The lists of open jobs in the sparse index `incidents`, which has what is open: jobs that are not final have these keys
    /// if their tenant's are counted, and whoever ends a job removes them.
    ///
    /// It is that index because it has room for lists of its own: another one would be another deployment of the table.
    static let openKey = IncidentItem.openKey
    static let openSort = IncidentItem.openSort

    /// A shard of the list of a tenant's open jobs; the kind goes before the name, so that none runs into another list.
    static func openList(of tenant: String, _ shard: Int) -> String { "JOB#\(tenant)#\(shard)" }

    /// The sparse index `due`: only jobs that must be looked up when their time comes have its keys.
    static let dueKey = "dueKey"
    static let dueSort = "dueSort"

    static func partition(of id: JobID) -> String {
        "JOB#\(id)"
    }

    static func key(of id: JobID) -> Item {
        [partitionKey: .s(partition(of: id))]
    }

    /// A job's item; one that must be looked up at `dueAt` is in the index `due`, one that is counted in the list of its
    /// tenant's open jobs.
    static func item(
        of job: Job,
        dueAt: Timestamp? = nil,
        shards: IndexShards = .standard,
        isCounted: Bool = false
    ) -> Item {
        var item: Item = [:]
        forEachAttribute(of: job, dueAt: dueAt, shards: shards, isCounted: isCounted) { item[$0] = $1 }
        return item
    }

    /// Hands out the attributes of a job's item, one by one.
    static func forEachAttribute(
        of job: Job,
        dueAt: Timestamp?,
        shards: IndexShards,
        isCounted: Bool,
        _ add: (String, AttributeValue) -> Void
    ) {
        let createdAt = job.createdAt.description
        add(partitionKey, .s(partition(of: job.id)))
        add(status, .s(job.status.rawValue))
        add(type, .s(job.type))
        add(payload, .s(job.payload.serializedString))
        add(payloadHash, .s(job.payloadHash))
        add(tenant, .s(job.tenant))
        add(generation, .n(job.generation))
        add(attempts, .n(job.attempts))
        add(maxAttempts, .n(job.maxAttempts))
        add(traceID, .s(job.traceID.description))
        add(Self.createdAt, .s(createdAt))
        add(updatedAt, .time(job.updatedAt))
        if !job.sensitive.isEmpty { add(sensitive, .s(text(of: job.sensitive))) }
        if let key = job.idempotencyKey { add(idempotencyKey, .s(key)) }
        if let hash = job.requestHash { add(requestHash, .s(hash)) }
        if let key = job.orderingKey { add(orderingKey, .s(key)) }
        if let start = job.runAt { add(runAt, .time(start)) }
        if let tick = job.tick {
            add(scheduleID, .s(tick.scheduleID))
            add(scheduledFor, .time(tick.at))
        }
        if !job.failures.isEmpty { add(failures, .l(job.failures.map(attribute))) }
        if job.hasDefaultMaxAttempts { add(hasDefaultMaxAttempts, .bool(true)) }
        if let lease = job.lease {
            add(leaseOwner, .s(lease.owner))
            add(leaseMessageID, .s(lease.messageID))
            if let expiry = lease.expiresAt { add(leaseExpiresAt, .time(expiry)) }
        }
        if let instant = job.cancelRequestedAt { add(cancelRequestedAt, .time(instant)) }
        if let instant = job.givenUpAt { add(givenUpAt, .time(instant)) }
        if let result = job.result { add(Self.result, .s(result.serializedString)) }
        if let progress = job.progress { add(Self.progress, attribute(of: progress)) }
        if let error = job.error { add(Self.error, attribute(of: error)) }
        if let instant = job.startedAt { add(startedAt, .time(instant)) }
        if let instant = job.finishedAt { add(finishedAt, .time(instant)) }
        if let instant = job.expiresAt { add(expiresAt, .seconds(instant)) }
        if let membership = job.workflow {
            add(workflow, attribute(of: membership))
            add(keepUntil, .seconds(membership.keepUntil))
        }
        let shard = job.id.shard(of: shards.count)
        add(timelineKey, .s(TimelineDay.partition(of: job.createdAt.day, shard)))
        add(timelineSort, .s("\(createdAt)#\(job.id)"))
        if job.tenant != Submission.defaultTenant {
            add(tenantKey, .s(TimelineDay.partition(of: job.createdAt.day, shard, tenant: job.tenant)))
            add(tenantSort, .s("\(createdAt)#\(job.id)"))
        }
        if isCounted, !job.status.isFinal {
            add(openKey, .s(openList(of: job.tenant, shard)))
            add(openSort, .s("\(createdAt)#\(job.id)"))
        }
        if let dueAt = dueAt ?? (job.awaitsPromotion ? job.runAt : nil) {
            add(dueKey, .s("\(shard)"))
            add(dueSort, .s("\(dueAt)#\(job.id)"))
        }
    }

    /// The text that paths of fields are kept in.
    static func text(of paths: [FieldPath]) -> String {
        paths.map(\.description).joined(separator: "\n")
    }

    /// The attribute that a run's progress is kept in.
    static func attribute(of progress: JobProgress) -> AttributeValue {
        var members: [String: AttributeValue] = ["fraction": .n(progress.fraction), "at": .time(progress.at)]
        members["message"] = progress.message.map { .s($0) }
        return .m(members)
    }

    /// The attribute that a job's place in a workflow is kept in; what is usual is left out.
    static func attribute(of membership: WorkflowMembership) -> AttributeValue {
        var members: [String: AttributeValue] = [
            "id": .s("\(membership.workflow)"), "key": .s(membership.key), "page": .s(membership.page),
            "index": .n(membership.index),
        ]
        if membership.dependencies > 0 { members["dependencies"] = .n(membership.dependencies) }
        if !membership.dependsOn.isEmpty { members["dependsOn"] = .l(membership.dependsOn.map { .s($0) }) }
        if membership.continues { members["continues"] = .bool(true) }
        members["maxParallel"] = membership.maxParallel.map { .n($0) }
        members["tolerate"] = membership.tolerance.map { .s($0.description) }
        return .m(members)
    }

    /// The attribute that an error is kept in.
    static func attribute(of failure: Job.RecordedFailure) -> AttributeValue {
        .m([
            "class": .s(failure.errorClass.rawValue),
            "message": .s(failure.message),
            "at": .time(failure.at),
        ])
    }
}

extension Update {
    /// Takes a job that ends off the list of its tenant's open ones, if it is on it.
    func removingOpenKeys() -> Update { remove(JobItem.openKey).remove(JobItem.openSort) }
}

extension AttributeValue {
    static func time(_ instant: Timestamp) -> AttributeValue {
        .s(instant.description)
    }

    /// An instant as the table's time to live wants it.
    static func seconds(_ instant: Timestamp) -> AttributeValue {
        .n(Int(instant.seconds))
    }
}
