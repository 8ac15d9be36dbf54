public import JobsysJSON
public import JobsysTime

/// What a worker says of itself.
public struct WorkerRecord: Sendable, Hashable {
    /// A name that no other worker has; one that starts anew has another.
    public var id: String
    /// The version of its program, which is that of jobsys if the program says none.
    public var version: String
    /// The host or container that it runs on.
    public var host: String
    /// The job types that it offers, sorted.
    public var types: [String]
    /// How many jobs it runs at once.
    public var slots: Int
    /// How many of its slots are taken.
    public var busy: Int
    /// How many jobs of each type it runs; types without any are left out.
    public var running: [String: Int]
    /// The types whose jobs it does not start because they failed in a row, and how: `open` or `half-open`.
    public var breakers: [String: String]
    /// Whether it is stopping, and starts no more jobs.
    public var isDraining: Bool
    /// When it started.
    public var startedAt: Timestamp
    /// When it said this.
    public var seenAt: Timestamp

    /// Makes a record.
    public init(
        id: String,
        version: String,
        host: String,
        types: [String],
        slots: Int,
        busy: Int = 0,
        running: [String: Int] = [:],
        breakers: [String: String] = [:],
        isDraining: Bool = false,
        startedAt: Timestamp,
        seenAt: Timestamp
    ) {
        self.id = id
        self.version = version
        self.host = host
        self.types = types
        self.slots = slots
        self.busy = busy
        self.running = running
        self.breakers = breakers
        self.isDraining = isDraining
        self.startedAt = startedAt
        self.seenAt = seenAt
    }

    /// How often a worker says that it is there.
    public static let interval = Duration.seconds(15)
    /// How long after it last did it is taken to be there: as long as three announcements take, so that one that fails
    /// makes nobody think that it has died.
    public static let lifetime = interval * 3

    /// From when on it is taken to have ended.
    public var expiresAt: Timestamp { seenAt + Self.lifetime }
}

/// A job type, as far as workers and operators have spoken of it.
public struct TypeRecord: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// That its jobs do not start; nil if they do.
    public var pause: TypePause?
    /// What operators limit it to.
    public var limits: TypeLimits
    /// When a worker last said that it offers the type; to within five minutes for one that is still there.
    public var lastOfferedAt: Timestamp?
    /// The fields of payloads and results that nobody is shown, as its workers say.
    public var sensitive: [FieldPath]

    /// Makes a record.
    public init(
        _ name: String,
        pause: TypePause? = nil,
        limits: TypeLimits = TypeLimits(),
        lastOfferedAt: Timestamp? = nil,
        sensitive: [FieldPath] = []
    ) {
        self.name = name
        self.pause = pause
        self.limits = limits
        self.lastOfferedAt = lastOfferedAt
        self.sensitive = sensitive
    }
}

/// Since when jobs of a type do not start, and why.
public struct TypePause: Sendable, Hashable {
    /// When it was paused.
    public var at: Timestamp
    /// Who paused it, as far as they said.
    public var by: String?
    /// Why, as far as they said.
    public var reason: String?

    /// Makes a pause.
    public init(at: Timestamp, by: String? = nil, reason: String? = nil) {
        self.at = at
        self.by = by
        self.reason = reason
    }
}

/// What operators limit a type to, in each worker by itself; what is nil is as the worker's policy says.
public struct TypeLimits: Sendable, Hashable {
    /// How many jobs of the type a worker starts in a second.
    public var rate: Int?
    /// How many jobs of the type a worker runs at once.
    public var concurrency: Int?

    /// Makes limits.
    public init(rate: Int? = nil, concurrency: Int? = nil) {
        self.rate = rate
        self.concurrency = concurrency
    }

    /// What a rate may be.
    public static let rateRange = 1...100_000
    /// What a concurrency may be.
    public static let concurrencyRange = 1...1000
}
