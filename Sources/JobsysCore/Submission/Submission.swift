import JobsysHashing
public import JobsysJSON
public import JobsysTime

/// A job that a client asks for, checked and complete.
public struct Submission: Sendable, Hashable {
    /// Whose job it is.
    public var tenant: String
    /// Which handler is to run it.
    public var type: String
    /// What the handler is given.
    public var payload: JSONValue
    /// How many attempts it may take.
    public let maxAttempts: Int
    /// Whether the client asked for no number, so that the policy of the type may have another.
    public let hasDefaultMaxAttempts: Bool
    /// The client's key that makes repeats harmless.
    public var idempotencyKey: String?
    /// Jobs of the same key run one after the other, in the order of their submission.
    public var orderingKey: String?
    /// When it is to run; nil if at once.
    public var start: StartTime?
    /// The tick of a schedule that it is for; nil if it is for none.
    public var tick: ScheduleTick?
    /// The SHA-256 of the payload's canonical form, in hexadecimal.
    public let payloadHash: String

    /// Makes a submission; the caller has checked the values.
    public init(
        tenant: String = Submission.defaultTenant,
        type: String,
        payload: JSONValue,
        maxAttempts: Int? = nil,
        idempotencyKey: String? = nil,
        orderingKey: String? = nil,
        start: StartTime? = nil
    ) {
        self.tenant = tenant
        self.type = type
        self.payload = payload
        self.maxAttempts = maxAttempts ?? Self.defaultMaxAttempts
        hasDefaultMaxAttempts = maxAttempts == nil
        self.idempotencyKey = idempotencyKey
        self.orderingKey = orderingKey
        self.start = start
        payloadHash = SHA256.hexHash(payload.canonical())
    }

    /// The tenant of clients that name none.
    public static let defaultTenant = "default"
    /// One attempt and three retries.
    public static let defaultMaxAttempts = 4
    /// The attempts that a client may ask for.
    ///
    /// The upper end lies below the queue's `maxReceiveCount` of 10, which is only a net: every attempt costs one
    /// receive at least, and a job must use up its attempts before the queue gives its message up.
    public static let maxAttemptsRange = 1...8
    /// The longest payload, in bytes of compact JSON.
    public static let payloadLimit = 256 * 1024
    /// The longest result, in bytes of compact JSON; with the payload it must fit into one item of the table.
    public static let resultLimit = 96 * 1024
    /// The longest ordering key, in characters: what SQS allows for a message group.
    public static let orderingKeyLimit = 128
    /// The longest delay.
    public static let delayLimit: Duration = .seconds(366 * 86400)
    /// The longest idempotency key, in characters.
    public static let idempotencyKeyLimit = 255
}

extension Submission {
    /// A hash of everything that the client asks for: two submissions with the same one ask for the same job.
    ///
    /// Members that have their defaults do not count, so that members which are added later leave the hashes of records
    /// as they are. A start counts in the client's own words: a delay means another instant at every repeat.
    var requestHash: String {
        var members: JSONObject = ["type": .string(type), "payloadHash": .string(payloadHash)]
        if !hasDefaultMaxAttempts { members["maxAttempts"] = .int(maxAttempts) }
        members["orderingKey"] = orderingKey.map(JSONValue.string)
        switch start {
        case nil, .after(.zero): break
        case .after(let delay): members["delay"] = .string("\(delay.components.seconds)")
        case .at(let instant): members["runAt"] = .string(instant.description)
        }
        // Half of it tells apart what is different by accident, and costs half as much in every record.
        return String(SHA256.hexHash(JSONValue.object(members).canonical()).prefix(32))
    }
}

/// When a job is to run.
public enum StartTime: Sendable, Hashable {
    /// So long after its submission.
    case after(Duration)
    /// At an instant; at once, if that has passed.
    case at(Timestamp)

    /// The instant, for a submission at another.
    public func instant(from submission: Timestamp) -> Timestamp {
        switch self {
        case .after(let delay): submission + delay
        case .at(let instant): instant
        }
    }
}

extension JobID {
    /// Derives the id that belongs to a tenant's idempotency key.
    public init(tenant: String, idempotencyKey: String) {
        // The length goes first so that no other pair of tenant and key can run together to the same text.
        self.init(hashing: "\(tenant.utf8.count):\(tenant):\(idempotencyKey)")
    }

    /// Derives the id that belongs to a text.
    init(hashing text: String) {
        let hash = SHA256.hash(text)
        func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
            bytes.reduce(0) { $0 << 8 | UInt64($1) }
        }
        self.init(high: number(hash[0..<8]), low: number(hash[8..<16]), version: 8)
    }
}
