import JobsysCore
import JobsysTime

/// An instant, for the page and for the script that shows it in the reader's zone.
struct Moment {
    let machine: String
    let text: String

    init(_ instant: Timestamp) {
        machine = instant.description
        text = machine.prefix(19).replacing("T", with: " ") + " UTC"
    }
}

extension JobStatus {
    /// The word for its colour in the style sheet.
    var tone: String {
        switch self {
        case .succeeded: "good"
        case .failedFinal: "bad"
        case .retrying: "warn"
        case .running: "live"
        case .waiting, .scheduled, .pending, .cancelled: "calm"
        }
    }
}

/// A job in a list.
struct JobRow {
    let id: String
    let shortID: String
    let tenant: String?
    let status: String
    let tone: String
    let type: String
    let attempts: String
    let created: Moment
    let failure: String

    init(_ job: Job) {
        id = job.id.description
        shortID = id.shortened
        tenant = job.tenant == Submission.defaultTenant ? nil : job.tenant
        status = job.status.rawValue
        tone = job.status.tone
        type = job.type
        attempts = "\(job.attempts) of \(job.maxAttempts)"
        created = Moment(job.createdAt)
        failure = job.error.map { "\($0.errorClass.rawValue): \($0.message)" } ?? ""
    }
}

/// An incident in a list.
struct IncidentRow {
    let jobID: String?
    let messageID: String?
    let shortID: String
    let tenant: String?
    let errorClass: String
    let type: String
    let message: String
    let excerpt: String?
    let attempts: Int
    let at: Moment

    init(_ incident: Incident, withExcerpt: Bool) {
        switch incident.id {
        case .job(let id, _):
            jobID = id.description
            messageID = nil
            shortID = id.description.shortened
        case .message(let id):
            jobID = nil
            messageID = id
            shortID = id.shortened
        }
        tenant = incident.tenant == Submission.defaultTenant ? nil : incident.tenant
        errorClass = incident.failure.errorClass.rawValue
        type = incident.jobType ?? ""
        message = incident.failure.message
        excerpt = withExcerpt && !incident.excerpt.isEmpty ? incident.excerpt : nil
        attempts = incident.attempts
        at = Moment(incident.failure.at)
    }
}

/// One of the values that a filter may have.
struct Choice {
    let name: String
    let isChosen: Bool
}

/// How many rows a list has: no number is said that is not known.
func countText(_ count: Int, _ one: String, _ many: String, goesOn: Bool) -> String {
    "\(count) \(count == 1 ? one : many), and \(goesOn ? "perhaps older ones" : "no more")."
}

extension String {
    /// The end of an id, by which it is told from others: ids that are made at the same time begin alike.
    fileprivate var shortened: String {
        count > 16 ? "…" + suffix(12) : self
    }
}
