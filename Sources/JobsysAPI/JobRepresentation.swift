import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTime

/// A job as clients see it, on submission and ever after; members without a value are left out.
struct JobRepresentation {
    let job: Job
    /// Why it does not run yet, where the answer is to say so.
    var waiting: Waiting?
    /// Whether it is known that no worker offers its type.
    var noWorker = false
    /// Whether its result is there to be seen.
    var showsResult: Bool

    init(_ job: Job, waiting: Waiting? = nil, noWorker: Bool = false, showsResult: Bool) {
        self.job = job
        self.waiting = waiting
        self.showsResult = showsResult
        self.noWorker = noWorker && !job.status.isFinal
    }

    /// The path that leads to the job.
    var location: String {
        "/jobs/\(job.id)"
    }

    /// The response that carries it; what it says holds for this moment only, so nobody may cache it.
    func response(_ status: HTTPResponse.Status, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.cacheControl] = "no-store"
        return Response(json: document, status: status, headers: headers)
    }

    /// The response to whoever has a job started, with the path that leads to it.
    func ticket(_ status: HTTPResponse.Status) -> Response {
        var headers: HTTPFields = [.location: location]
        if noWorker { headers[.jobsysWarning] = "no worker offers jobs of type \(job.type)" }
        return response(status, headers: headers)
    }

    private var document: [UInt8] {
        var writer = JSONWriter()
        encode(to: &writer, withResult: showsResult)
        return writer.bytes
    }

    /// Writes the job; lists leave out the result, which may be long.
    func encode(to writer: inout JSONWriter, withResult: Bool) {
        writer.object { writer in
            writer.member("jobId", job.id.description)
            writer.member("tenant", ifPresent: job.tenant == Submission.defaultTenant ? nil : job.tenant)
            writer.member("type", job.type)
            writer.member("status", job.status.rawValue)
            writer.member("generation", ifPresent: job.generation > 0 ? job.generation : nil)
            writer.member("attempts", job.attempts)
            writer.member("maxAttempts", job.maxAttempts)
            writer.member("orderingKey", ifPresent: job.orderingKey)
            if let membership = job.workflow { writer.membership(membership) }
            writer.member("scheduleId", ifPresent: job.tick?.scheduleID)
            writer.member("scheduledFor", ifPresent: job.tick?.at.description)
            writer.member("runAt", ifPresent: job.runAt?.description)
            writer.member("cancelRequestedAt", ifPresent: job.cancelRequestedAt?.description)
            writer.member("createdAt", job.createdAt.description)
            writer.member("updatedAt", job.updatedAt.description)
            writer.member("startedAt", ifPresent: job.startedAt?.description)
            writer.member("finishedAt", ifPresent: job.finishedAt?.description)
            if let progress = job.progress { writer.progress(progress) }
            if withResult { writer.member("result", ifPresent: job.result) }
            if let error = job.error { writer.failure(error) }
            if let waiting { writer.waiting(waiting) }
            if noWorker { writer.member("noWorker", true) }
            writer.member("traceId", job.traceID.description)
        }
    }
}

extension JSONWriter {
    /// Writes what a job's place in a workflow is.
    fileprivate mutating func membership(_ membership: WorkflowMembership) {
        member("workflowId", membership.workflow.description)
        member("key", membership.key)
        if !membership.dependsOn.isEmpty {
            array("dependsOn") { writer in
                for key in membership.dependsOn { writer.string(key) }
            }
        }
        member("dependencies", ifPresent: membership.dependencies > 0 ? membership.dependencies : nil)
        member("onFailure", ifPresent: membership.continues ? "continue" : nil)
    }

    /// Writes the member `progress`.
    mutating func progress(_ progress: JobProgress) {
        object("progress") { writer in
            writer.key("fraction")
            writer.double(progress.fraction)
            writer.member("message", ifPresent: progress.message)
            writer.member("at", progress.at.description)
        }
    }

    /// Writes the member `waiting`.
    fileprivate mutating func waiting(_ waiting: Waiting) {
        object("waiting") { writer in
            writer.member("reason", waiting.reason.rawValue)
            writer.member("detail", waiting.detail)
            writer.member("until", ifPresent: waiting.until?.description)
        }
    }

    /// Writes the member `error`.
    mutating func failure(_ failure: Job.RecordedFailure) {
        object("error") { writer in
            writer.member("class", failure.errorClass.rawValue)
            writer.member("message", failure.message)
            writer.member("at", failure.at.description)
        }
    }
}

extension JSONWriter {
    /// Writes an incident as clients see it; members without a value are left out.
    mutating func incident(_ incident: Incident, withExcerpt: Bool) {
        object { writer in
            switch incident.id {
            case .job(let id, let generation):
                writer.member("jobId", id.description)
                writer.member("generation", generation)
            case .message(let id):
                writer.member("messageId", id)
            }
            let tenant = incident.tenant
            writer.member("tenant", ifPresent: tenant == Submission.defaultTenant ? nil : tenant)
            writer.member("type", ifPresent: incident.jobType)
            writer.member("attempts", incident.attempts)
            writer.failure(incident.failure)
            writer.member("excerpt", ifPresent: withExcerpt ? incident.excerpt : nil)
            writer.member("needsInvestigation", incident.needsInvestigation)
            writer.member("traceId", ifPresent: incident.traceID?.description)
        }
    }
}
