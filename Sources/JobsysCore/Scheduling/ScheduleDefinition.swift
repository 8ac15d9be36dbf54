public import JobsysCron
import JobsysHashing
public import JobsysJSON
import JobsysTime

/// What a schedule runs, and when.
public struct ScheduleDefinition: Sendable, Hashable {
    /// What tells the ticks, as it was written.
    public enum Timing: Sendable, Hashable {
        /// A cron expression.
        case cron(String)
        /// An interval.
        case every(String)
    }

    /// Which handler runs the jobs.
    public var type: String
    /// What it is given.
    public var payload: JSONValue
    /// How many attempts each job may take; nil for what the type's policy says.
    public var maxAttempts: Int?
    /// The ordering key of the jobs.
    public var orderingKey: String?
    /// What tells the ticks.
    public var timing: Timing
    /// The zone that a cron expression is read in, by its IANA name.
    public var timeZone: String
    /// What becomes of ticks that nobody fired in time.
    public var missed: MissedTicks
    /// What becomes of a tick while the run before it goes on.
    public var overlap: OverlapPolicy
    /// By how much ticks are put off, at most: each by a part of it that its identity tells.
    public var jitter: Duration

    /// Makes a definition; the caller has checked the values.
    public init(
        type: String,
        payload: JSONValue = [:],
        maxAttempts: Int? = nil,
        orderingKey: String? = nil,
        timing: Timing,
        timeZone: String = IANATimeZone.utc.name,
        missed: MissedTicks = .latest,
        overlap: OverlapPolicy = .allow,
        jitter: Duration = .zero
    ) {
        self.type = type
        self.payload = payload
        self.maxAttempts = maxAttempts
        self.orderingKey = orderingKey
        self.timing = timing
        self.timeZone = timeZone
        self.missed = missed
        self.overlap = overlap
        self.jitter = jitter
    }

    /// The ticks.
    ///
    /// - Throws: What is wrong with expression, interval or zone.
    public func recurrence(_ zones: TimeZoneDatabase = .system) throws(TimingError) -> Recurrence {
        let zone = try zones.zone(timeZone)
        switch timing {
        case .cron(let text): return try Recurrence(cron: CronExpression(text), in: zone)
        case .every(let text): return try Recurrence(every: text, in: zone)
        }
    }

    /// Whether another definition has the same ticks at the same times.
    func hasTicks(of other: ScheduleDefinition) -> Bool {
        timing == other.timing && timeZone == other.timeZone && jitter == other.jitter
    }

    /// The longest payload, in bytes of compact JSON: whoever fires schedules holds them all in memory.
    public static let payloadLimit = 32 * 1024
    /// The most by which ticks may be put off.
    public static let jitterLimit: Duration = .seconds(3600)
}

/// What becomes of ticks that nobody fired in time, which is within a minute.
public enum MissedTicks: String, Sendable, Hashable, CaseIterable {
    /// They are left out.
    case none
    /// The latest of them fires, if it is not older than an hour.
    case latest
    /// All of the last day fire, a hundred at most.
    case all

    /// How old a tick may be that still fires.
    var window: Duration {
        switch self {
        case .none: Self.tolerance
        case .latest: .seconds(3600)
        case .all: .seconds(86400)
        }
    }

    /// How late a tick may be fired without being missed: another worker takes a lead over within half a minute, and
    /// clocks may be wrong by as much.
    static let tolerance: Duration = .seconds(60)
    /// How many missed ticks fire, at most.
    static let limit = 100
}

/// What becomes of a tick while the run before it goes on.
public enum OverlapPolicy: String, Sendable, Hashable, CaseIterable {
    /// It fires.
    case allow
    /// It is left out.
    case skip
    /// It fires when that run is over; of several the first does, and the others are left out.
    case buffer
}

extension ScheduleTick {
    /// By how much the tick is put off, which is the same whoever asks.
    func delay(within jitter: Duration, tenant: String) -> Duration {
        let limit = jitter.components.seconds * 1000
        guard limit > 0 else { return .zero }
        let hash = SHA256.hash(identity(tenant)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        return .milliseconds(Int64(hash % UInt64(limit + 1)))
    }

    /// A text that no other tick has, and no idempotency key.
    func identity(_ tenant: String) -> String {
        "schedule:\(tenant.utf8.count):\(tenant):\(scheduleID)@\(at.milliseconds)"
    }
}

extension JobID {
    /// Derives the id of a tick's job.
    public init(tenant: String, tick: ScheduleTick) {
        self.init(hashing: tick.identity(tenant))
    }
}
