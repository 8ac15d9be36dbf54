import JobsysAWS
import JobsysCore
import JobsysObservability
import JobsysTime

/// The layout of an incident in the table.
enum IncidentItem {
    static let jobType = "type"
    static let attempts = "attempts"
    static let excerpt = "excerpt"
    static let bodyBytes = "bodyBytes"
    static let bodySHA256 = "bodySHA256"
    static let needsInvestigation = "needsInvestigation"
    static let closedAt = "closedAt"
    static let announcedAt = "announcedAt"
    /// The sparse index `incidents`: only open incidents have its keys.
    static let openKey = "incidentKey"
    static let openSort = "incidentSort"
    /// All that is open is one list, whoever's it is.
    static let openList = Submission.defaultTenant

    /// The open incidents of one tenant's jobs, in the sparse index `tenant`.
    static func openList(of tenant: String) -> String { "INCIDENT#\(tenant)" }

    static func key(of id: Incident.ID) -> Item {
        [JobItem.partitionKey: .s("INCIDENT#\(id)")]
    }

    static func item(of incident: Incident, expiresAt: Timestamp) -> Item {
        var item = key(of: incident.id)
        if case .job(let job, let generation) = incident.id {
            item["jobId"] = .s(job.description)
            item[JobItem.generation] = .n(generation)
        }
        item[JobItem.tenant] = .s(incident.tenant)
        item[jobType] = incident.jobType.map { .s($0) }
        item[JobItem.error] = JobItem.attribute(of: incident.failure)
        if !incident.history.isEmpty {
            item[JobItem.failures] = .l(incident.history.map(JobItem.attribute))
        }
        item[attempts] = .n(incident.attempts)
        item[JobItem.traceID] = incident.traceID.map { .s($0.description) }
        item[excerpt] = .s(incident.excerpt)
        if let body = incident.body {
            item[bodyBytes] = .n(body.bytes)
            item[bodySHA256] = .s(body.sha256)
        }
        item[needsInvestigation] = .bool(incident.needsInvestigation)
        item[JobItem.expiresAt] = .seconds(expiresAt)
        item[openKey] = .s(openList)
        item[openSort] = .s("\(incident.failure.at)#\(incident.id)")
        // A message that belongs to no job is no tenant's.
        if incident.isJob, incident.tenant != Submission.defaultTenant {
            item[JobItem.tenantKey] = .s(openList(of: incident.tenant))
            item[JobItem.tenantSort] = item[openSort]
        }
        return item
    }

    static func incident(_ id: Incident.ID, from item: Item) throws(UnreadableRecord) -> Incident {
        let reader = ItemReader(item: item)
        try reader.checkVersion()
        return Incident(
            id: id,
            tenant: try reader.string(JobItem.tenant),
            jobType: item[jobType]?.string,
            failure: try reader.failure(JobItem.error),
            history: try reader.failures(JobItem.failures),
            attempts: try reader.int(attempts),
            traceID: item[JobItem.traceID] == nil ? nil : try reader.traceID(JobItem.traceID),
            excerpt: try reader.string(excerpt),
            body: item[bodySHA256]?.string.map { BodyDigest(bytes: item[bodyBytes]?.int ?? 0, sha256: $0) },
            announcedAt: try reader.optionalTime(announcedAt)
        )
    }
}
