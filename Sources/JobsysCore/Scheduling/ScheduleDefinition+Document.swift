public import JobsysCron
public import JobsysJSON
import JobsysTime

/// What a client says of a schedule, checked.
public struct ScheduleDocument: Sendable, Hashable {
    /// What is run, and when.
    public var definition: ScheduleDefinition
    /// Whether it is to be paused; nil to leave that as it is.
    public var isPaused: Bool?

    /// Reads a document, and names every problem at once.
    ///
    /// - Throws: ``SubmissionError``, with ``ScheduleDefinition/payloadLimit`` as the limit of the payload.
    public init(_ document: JSONValue, zones: TimeZoneDatabase = .system) throws(SubmissionError) {
        guard let members = document.objectValue else {
            throw .invalid([FieldProblem(.root, "must be an object")])
        }
        var reader = Reader(members: members)
        var problems = members.keys.filter { !Self.known.contains($0) }
            .map { FieldProblem(.root.appending($0), "is not a member that a schedule has") }
        // What a job has too is read as a job's.
        var job: JSONObject = ["payload": members["payload"] ?? [:]]
        for name in ["type", "maxAttempts", "orderingKey"] { job[name] = members[name] }
        var submission: Submission?
        do {
            submission = try Submission(document: .object(job), at: .earliest)
        } catch .invalid(let found) {
            problems += found
        } catch {
            throw error
        }
        let timing = reader.timing()
        let timeZone = reader.text("timeZone") ?? IANATimeZone.utc.name
        let missed = reader.choice("missed", MissedTicks.self) ?? .latest
        let overlap = reader.choice("overlap", OverlapPolicy.self) ?? .allow
        let jitter = reader.jitter()
        isPaused = reader.flag("paused")
        problems += reader.problems
        definition = ScheduleDefinition(
            type: submission?.type ?? "",
            payload: submission?.payload ?? [:],
            maxAttempts: submission.flatMap { $0.hasDefaultMaxAttempts ? nil : $0.maxAttempts },
            orderingKey: submission?.orderingKey,
            timing: timing ?? .every("1d"),
            timeZone: timeZone,
            missed: missed,
            overlap: overlap,
            jitter: jitter
        )
        do {
            _ = try definition.recurrence(zones)
        } catch {
            problems.append(FieldProblem(.root.appending(error.part.rawValue), error.description))
        }
        guard problems.isEmpty else { throw .invalid(problems) }
        let size = definition.payload.serialized().count
        guard size <= ScheduleDefinition.payloadLimit else { throw .payloadTooLarge(bytes: size) }
    }

    private static let known = [
        "type", "payload", "maxAttempts", "orderingKey", "cron", "every", "timeZone", "missed", "overlap",
        "jitterSeconds", "paused",
    ]
}

/// Reads members, and keeps what is wrong with them.
private struct Reader {
    let members: JSONObject
    var problems: [FieldProblem] = []

    private mutating func complain(_ name: String, _ rule: String) {
        problems.append(FieldProblem(.root.appending(name), rule))
    }

    /// A text; null is as none.
    mutating func text(_ name: String) -> String? {
        guard let value = members[name], !value.isNull else { return nil }
        guard let text = value.stringValue else {
            complain(name, "must be a string")
            return nil
        }
        return text
    }

    mutating func timing() -> ScheduleDefinition.Timing? {
        let cron = text("cron")
        let every = text("every")
        if cron != nil, every != nil { complain("every", "must be left out where cron is given") }
        if let cron { return .cron(cron) }
        if let every { return .every(every) }
        if !problems.contains(where: { $0.pointer != .root.appending("timeZone") }) {
            complain("cron", "is missing; a schedule has either cron, such as \"0 2 * * *\", or every, such as \"15m\"")
        }
        return nil
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, _: Choice.Type) -> Choice? {
        guard let value = members[name], !value.isNull else { return nil }
        guard let choice = value.stringValue.flatMap({ Choice(rawValue: $0) }) else {
            complain(name, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return choice
    }

    mutating func jitter() -> Duration {
        guard let value = members["jitterSeconds"], !value.isNull else { return .zero }
        let limit = Int(ScheduleDefinition.jitterLimit.components.seconds)
        guard let seconds = value.intValue, (0...limit).contains(seconds) else {
            complain("jitterSeconds", "must be a whole number from 0 to \(limit)")
            return .zero
        }
        return .seconds(seconds)
    }

    mutating func flag(_ name: String) -> Bool? {
        guard let value = members[name], !value.isNull else { return nil }
        guard let flag = value.boolValue else {
            complain(name, "must be true or false")
            return nil
        }
        return flag
    }
}
