import JobsysHandlers
public import JobsysJSON
import JobsysObservability
public import JobsysTime

/// When a schedule's jobs are run.
public struct JobSchedule: Sendable, Hashable {
    /// What tells the times.
    public enum Timing: Sendable, Hashable {
        /// A cron expression, such as `0 2 * * *` for every night at two.
        case cron(String)
        /// A whole number and `s`, `m`, `h` or `d`, such as `15m`.
        case every(String)
    }

    /// What becomes of times at which nobody was there to start a job.
    public enum Missed: String, Sendable, Hashable {
        /// They are left out.
        case none
        /// The latest is made up for, if it is not older than an hour.
        case latest
        /// Those of the last day are made up for, a hundred at most.
        case all
    }

    /// What becomes of a time that comes while the run before it goes on.
    public enum Overlap: String, Sendable, Hashable {
        /// Its job runs as well.
        case allow
        /// It is left out.
        case skip
        /// The job of the first of them runs when that run is over.
        case buffer
    }

    /// What tells the times.
    public var timing: Timing
    /// The zone that a cron expression is read in, by its IANA name; UTC if nil.
    public var timeZone: String?
    /// What becomes of times at which nobody was there.
    public var missed: Missed
    /// What becomes of times that come too soon.
    public var overlap: Overlap
    /// By how much each time is put off at most, in whole seconds, up to an hour.
    public var jitter: Duration
    /// Whether no job is started; nil to leave that as it is.
    public var isPaused: Bool?

    /// Makes a schedule; the service checks it.
    public init(
        _ timing: Timing,
        timeZone: String? = nil,
        missed: Missed = .latest,
        overlap: Overlap = .allow,
        jitter: Duration = .zero,
        isPaused: Bool? = nil
    ) {
        self.timing = timing
        self.timeZone = timeZone
        self.missed = missed
        self.overlap = overlap
        self.jitter = jitter
        self.isPaused = isPaused
    }
}

/// A schedule as it was when `svc-api` was asked.
public struct ScheduleSnapshot: Sendable, Hashable {
    /// What it is called.
    public let id: String
    /// Which handler runs its jobs.
    public let type: String
    /// Whether no job is started.
    public let isPaused: Bool
    /// The last time that got a job.
    public let lastTick: Timestamp?
    /// The job of that time.
    public let lastJob: JobID?
    /// The next five times.
    public let next: [Timestamp]
    /// All that the service answered, members that this version does not know included.
    public let document: JSONValue

    init?(_ document: JSONValue) {
        guard let id = document["scheduleId"]?.stringValue, let type = document["type"]?.stringValue else { return nil }
        self.id = id
        self.type = type
        isPaused = document["paused"] == true
        lastTick = document["lastTick"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        lastJob = document["lastJobId"]?.stringValue.flatMap(JobID.init)
        next = (document["next"]?.arrayValue ?? []).compactMap { $0.stringValue.flatMap(Timestamp.init(rfc3339:)) }
        self.document = document
    }
}

extension JobClient {
    /// Has a job run again and again; makes the schedule, or changes it.
    ///
    /// It may be called at every start of a program: what has not changed loses no time.
    ///
    /// - Parameters:
    ///   - id: What to call it: 1 to 64 letters, digits, `.`, `_` and `-`.
    ///   - name: The job type.
    ///   - parameters: What the handler is given.
    ///   - schedule: When.
    ///   - maxAttempts: How many attempts each job may take; as many as the type's policy says by default.
    /// - Returns: The schedule, with its next times.
    /// - Throws: ``JobClientError``; `EncodingError` for the parameters; `CancellationError`.
    @discardableResult
    public func setSchedule<Parameters>(
        _ id: String,
        _ name: JobName<Parameters>,
        _ parameters: Parameters,
        _ schedule: JobSchedule,
        maxAttempts: Int? = nil
    ) async throws -> ScheduleSnapshot {
        var document: JSONObject = [
            "type": .string(name.description), "payload": try JobCoding.encode(parameters),
            "missed": .string(schedule.missed.rawValue), "overlap": .string(schedule.overlap.rawValue),
            "jitterSeconds": .int(Int(schedule.jitter.components.seconds)),
        ]
        switch schedule.timing {
        case .cron(let text): document["cron"] = .string(text)
        case .every(let text): document["every"] = .string(text)
        }
        document["timeZone"] = schedule.timeZone.map(JSONValue.string)
        document["maxAttempts"] = maxAttempts.map(JSONValue.int)
        document["paused"] = schedule.isPaused.map(JSONValue.bool)
        return try await self.schedule { try await api.put(["schedules", id], .object(document)) }
    }

    /// Asks for a schedule.
    ///
    /// - Throws: ``JobClientError``, ``JobClientError/Kind/notFound`` for one that is not there.
    public func schedule(_ id: String) async throws -> ScheduleSnapshot {
        try await schedule { try await api.get(["schedules", id]) }
    }

    /// Asks for all schedules.
    ///
    /// - Throws: ``JobClientError``.
    public func schedules() async throws -> [ScheduleSnapshot] {
        let document = try await failing { try await api.get(["schedules"]) }
        // What this version cannot read is left out.
        return (document["schedules"]?.arrayValue ?? []).compactMap(ScheduleSnapshot.init)
    }

    /// Has no more jobs of a schedule start, or has them start again from now on.
    ///
    /// - Throws: ``JobClientError``.
    @discardableResult
    public func pauseSchedule(_ id: String, _ isPaused: Bool = true) async throws -> ScheduleSnapshot {
        try await schedule { try await api.post(["schedules", id, isPaused ? "pause" : "resume"]) }
    }

    /// Has a schedule's job run now, apart from its times.
    ///
    /// - Throws: ``JobClientError``.
    @discardableResult
    public func runSchedule(_ id: String) async throws -> JobSnapshot {
        try await snapshot { try await api.post(["schedules", id, "run"], headers: .newIdempotencyKey) }
    }

    /// Removes a schedule; its jobs stay.
    ///
    /// - Throws: ``JobClientError``.
    public func deleteSchedule(_ id: String) async throws {
        _ = try await failing {
            try await api.delete(["schedules", id])
            return .null
        }
    }

    private func schedule(_ request: () async throws -> JSONValue) async throws -> ScheduleSnapshot {
        guard let schedule = ScheduleSnapshot(try await failing(request)) else {
            throw JobClientError(.unreadable, "the service answered something that is no schedule")
        }
        return schedule
    }
}
