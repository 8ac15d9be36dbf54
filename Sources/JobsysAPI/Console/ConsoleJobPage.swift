import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTime

/// One job, and all that is known of what became of it.
struct ConsoleJobPage {
    struct Failure {
        let errorClass: String
        let message: String
    }

    struct Progress {
        let percent: Int
        let message: String
    }

    struct Event {
        let at: Moment
        let title: String
        let detail: String?
        let tone: String
    }

    struct Fact {
        let name: String
        let value: String
    }

    let id: String
    let type: String
    let status: String
    let tone: String
    let waiting: String?
    let failure: Failure?
    let progress: Progress?
    let mayCancel: Bool
    let mayRedrive: Bool
    let hasActions: Bool
    let events: [Event]
    let facts: [Fact]
    let result: String?
    let payload: String?

    /// The longest payload that is shown, in bytes.
    private static let payloadLimit = 16 * 1024

    init(_ job: Job, waiting: Waiting?, for principal: Principal) {
        id = job.id.description
        type = job.type
        status = job.status.rawValue
        tone = job.status.tone
        self.waiting = waiting?.detail
        failure =
            job.status == .failedFinal
            ? job.error.map { Failure(errorClass: $0.errorClass.rawValue, message: $0.message) } : nil
        progress = job.progress.map { Progress(percent: Int($0.fraction * 100), message: $0.message ?? "") }
        let isHis = principal.mayUse(job.type)
        mayCancel = !job.status.isFinal && job.cancelRequestedAt == nil && isHis && principal.may(.cancelJobs)
        mayRedrive = (job.status == .failedFinal || job.status == .cancelled) && isHis && principal.may(.redriveJobs)
        hasActions = mayCancel || mayRedrive
        events = Self.events(of: job)
        facts = Self.facts(of: job)
        result = principal.seesResults ? job.result?.pretty : nil
        payload =
            principal.may(.readPayloads)
            ? Redactor.standard.excerpt(of: job.payload, maxBytes: Self.payloadLimit) : nil
    }

    /// What happened, oldest first; of what happened at the same time, in the order in which it can.
    private static func events(of job: Job) -> [Event] {
        var events: [(at: Timestamp, title: String, detail: String?, tone: String)] = []
        events.append((job.createdAt, "Submitted", nil, "calm"))
        for failure in job.failures {
            events.append((failure.at, "Attempt failed: \(failure.errorClass.rawValue)", failure.message, "warn"))
        }
        if let started = job.startedAt { events.append((started, "Attempt \(job.attempts) started", nil, "live")) }
        if let error = job.error, job.failures.last != error {
            let tone = job.status == .failedFinal ? "bad" : "warn"
            events.append((error.at, "Attempt failed: \(error.errorClass.rawValue)", error.message, tone))
        }
        if let asked = job.cancelRequestedAt { events.append((asked, "Its worker was asked to stop", nil, "warn")) }
        if let finished = job.finishedAt {
            let title =
                switch job.status {
                case .succeeded: "Succeeded"
                case .cancelled: "Cancelled"
                default: "Failed for good"
                }
            events.append((finished, title, nil, job.status.tone))
        } else if job.status == .scheduled || job.status == .retrying, let next = job.runAt {
            events.append((next, "Attempt \(job.attempts + 1) may start", nil, "calm"))
        }
        // Stable, so that what was added first stays first.
        return events.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map {
                Event(
                    at: Moment($0.element.at),
                    title: $0.element.title,
                    detail: $0.element.detail,
                    tone: $0.element.tone
                )
            }
    }

    private static func facts(of job: Job) -> [Fact] {
        var facts = [
            Fact(name: "Tenant", value: job.tenant),
            Fact(name: "Attempts", value: "\(job.attempts) of \(job.maxAttempts)"),
        ]
        if job.generation > 0 {
            facts.append(Fact(name: "Redriven", value: job.generation == 1 ? "once" : "\(job.generation) times"))
        }
        if let key = job.orderingKey { facts.append(Fact(name: "Ordering key", value: key)) }
        if let key = job.idempotencyKey { facts.append(Fact(name: "Idempotency key", value: key)) }
        if let start = job.startedAt, let end = job.finishedAt {
            let milliseconds = Int(end.duration(since: start) / .milliseconds(1))
            facts.append(Fact(name: "Latest attempt", value: "\(milliseconds) ms"))
        }
        facts.append(Fact(name: "Trace", value: job.traceID.description))
        return facts
    }
}

extension JSONValue {
    /// The value for a reader, a member a line; numbers keep their digits.
    var pretty: String { pretty(indent: "") }

    private func pretty(indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .array(let elements) where !elements.isEmpty:
            let lines = elements.map { inner + $0.pretty(indent: inner) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
        case .object(let object) where !object.members.isEmpty:
            let lines = object.members.map { member in
                "\(inner)\(JSONValue.string(member.key).serializedString): \(member.value.pretty(indent: inner))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        case .null, .bool, .number, .string, .array, .object: return serializedString
        }
    }
}
