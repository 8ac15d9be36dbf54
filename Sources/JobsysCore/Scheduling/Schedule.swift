public import JobsysTime

/// A job that is to be run again and again, and how far that has come.
public struct Schedule: Sendable, Hashable {
    /// Whose it is, and what it is called.
    public var key: ScheduleKey
    /// Is one higher after every write.
    public var revision: Int
    /// What is run, and when.
    public var definition: ScheduleDefinition
    /// Whether no tick fires until it is resumed.
    public var isPaused: Bool
    /// When it was made.
    public var createdAt: Timestamp
    /// When somebody last changed it; ticks do not count.
    public var updatedAt: Timestamp
    /// How far it has come.
    public var state: ScheduleState

    /// Makes a schedule whose first tick comes behind `now`.
    public init(_ key: ScheduleKey, _ definition: ScheduleDefinition, isPaused: Bool, at now: Timestamp) {
        self.key = key
        self.definition = definition
        self.isPaused = isPaused
        revision = 1
        createdAt = now
        updatedAt = now
        state = ScheduleState(cursor: now)
    }
}

/// Which schedule it is: every tenant has names of its own.
public struct ScheduleKey: Sendable, Hashable {
    /// Whose it is.
    public var tenant: String
    /// What its tenant calls it.
    public var id: String

    /// Makes a key.
    public init(tenant: String = Submission.defaultTenant, id: String) {
        self.tenant = tenant
        self.id = id
    }

    /// Whether a text may be a schedule's id: 1 to 64 of letters, digits, `.`, `_` and `-`, beginning with a letter or digit.
    public static func isID(_ text: String) -> Bool {
        func isLetterOrDigit(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
        }
        guard (1...64).contains(text.utf8.count), let first = text.utf8.first else { return false }
        return isLetterOrDigit(first) && text.utf8.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
    }
}

/// How far a schedule has come.
public struct ScheduleState: Sendable, Hashable {
    /// Ticks up to this one are decided on.
    public var cursor: Timestamp
    /// The last tick that got a job.
    public var lastTick: Timestamp?
    /// A tick that was decided to get a job, which may not be there yet.
    public var firing: Timestamp?
    /// A tick that waits until the run before it is over.
    public var buffered: Timestamp?
    /// How many ticks nobody was there to fire in time.
    public var missed = 0
    /// How many ticks were left out because the run before them went on.
    public var skipped = 0

    /// Makes the state of a schedule whose ticks up to one are not its concern.
    public init(cursor: Timestamp) {
        self.cursor = cursor
    }
}

/// One instant that a schedule names; with its schedule it is the identity of a job.
public struct ScheduleTick: Sendable, Hashable {
    /// The schedule's id, within the job's tenant.
    public var scheduleID: String
    /// The instant that the schedule names, whenever it was fired.
    public var at: Timestamp

    /// Makes a tick.
    public init(scheduleID: String, at instant: Timestamp) {
        self.scheduleID = scheduleID
        at = instant
    }
}
