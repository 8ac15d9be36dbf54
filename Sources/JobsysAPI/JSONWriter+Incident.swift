import JobsysCore
import JobsysJSON
import JobsysObservability

extension JSONWriter {
    /// Writes an incident as clients see it; members without a value are left out.
    mutating func incident(_ incident: Incident) {
        object { writer in
            switch incident.id {
            case .job(let id, let generation):
                writer.member("jobId", id.description)
                writer.member("generation", generation)
            case .message(let id):
                writer.member("messageId", id)
            }
            writer.member("type", ifPresent: incident.jobType)
            writer.member("attempts", incident.attempts)
            writer.failure(incident.failure)
            writer.member("excerpt", incident.excerpt)
            writer.member("needsInvestigation", incident.needsInvestigation)
            writer.member("traceId", ifPresent: incident.traceID?.description)
        }
    }
}
