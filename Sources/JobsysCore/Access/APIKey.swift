public import JobsysTime

/// What is kept of an API key; its secret is not.
public struct APIKey: Sendable, Hashable {
    /// Which key it is, as its text says.
    public var id: String
    /// The SHA-256 of its text, in hexadecimal.
    public var hash: String
    /// The last four characters of its text, for people.
    public var ending: String
    /// Whose jobs its owner sees and submits; nil for an operator's, which is bound to no tenant.
    public var tenant: String?
    /// What its owner may do.
    public var scopes: Set<Scope>
    /// The job types that its owner may have started or cancelled; nil for all.
    public var types: Set<String>?
    /// What it is for, in its maker's words.
    public var name: String?
    /// When it was made.
    public var createdAt: Timestamp
    /// Who made it, as logs call them.
    public var createdBy: String
    /// When it ends; nil if it does not.
    public var expiresAt: Timestamp?
    /// When it was revoked; nil if it was not.
    public var revokedAt: Timestamp?
    /// The key that was made to take its place.
    public var replacedBy: String?
    /// When it was last used, to within an hour or so.
    public var lastUsedAt: Timestamp?

    /// Makes the record of a new key.
    public init(
        _ text: APIKeyText,
        tenant: String?,
        scopes: Set<Scope>,
        types: Set<String>? = nil,
        name: String? = nil,
        at now: Timestamp,
        by maker: String,
        expiresAt: Timestamp? = nil
    ) {
        self.init(
            id: text.keyID,
            hash: text.hash,
            ending: text.ending,
            tenant: tenant,
            scopes: scopes,
            createdAt: now,
            createdBy: maker
        )
        self.types = types
        self.name = name
        self.expiresAt = expiresAt
    }

    /// Makes a record of what was kept.
    public init(
        id: String,
        hash: String,
        ending: String,
        tenant: String?,
        scopes: Set<Scope>,
        createdAt: Timestamp,
        createdBy: String
    ) {
        self.id = id
        self.hash = hash
        self.ending = ending
        self.tenant = tenant
        self.scopes = scopes
        self.createdAt = createdAt
        self.createdBy = createdBy
    }

    /// What a key is good for.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        case active
        case expired
        case revoked
    }

    /// What it is good for at an instant.
    public func status(at now: Timestamp) -> Status {
        if revokedAt != nil { return .revoked }
        return expiresAt.map { $0 <= now } == true ? .expired : .active
    }

    /// Whoever shows it.
    public var principal: Principal {
        Principal(name: "key:\(id)", tenant: tenant, scopes: scopes, types: types)
    }

    /// The record of a key that is to take this one's place: it may do the same, and is good for as long as this one was.
    public func successor(_ text: APIKeyText, at now: Timestamp, by maker: String) -> APIKey {
        APIKey(
            text,
            tenant: tenant,
            scopes: scopes,
            types: types,
            name: name,
            at: now,
            by: maker,
            expiresAt: expiresAt.map { now + $0.duration(since: createdAt) }
        )
    }

    /// How long a key that has ended is kept, for whoever wonders.
    public static let retention = Duration.seconds(90 * 86400)
    /// How long a key that was replaced stays good if nobody says otherwise.
    public static let overlap = Duration.seconds(86400)
}

/// Where API keys are kept.
///
/// All calls throw ``DependencyError``, ``UnreadableRecord`` where one key is asked for, or `CancellationError`; a write may
/// then have happened or not.
public protocol APIKeyStore: Sendable {
    /// Keeps a new key.
    ///
    /// - Throws: ``DependencyError`` also if there is one of the same id.
    func create(_ key: APIKey) async throws

    /// The key of an id, with all that was written before; nil if there is none.
    func key(_ id: String) async throws -> APIKey?

    /// All keys by their ids, those that ended lately among them; what was written within the last second may be missing.
    func keys() async throws -> [APIKey]

    /// Ends a key for good; one that was revoked before keeps its time.
    ///
    /// - Returns: The key; nil if there is none.
    func revoke(_ id: String, at now: Timestamp) async throws -> APIKey?

    /// Keeps a new key and has the one that it replaces end, both or neither; it ends sooner if it would have anyway.
    ///
    /// - Returns: The key that was replaced; nil, and nothing is written, if there is none or it has ended.
    func replace(_ id: String, with key: APIKey, endingAt end: Timestamp) async throws -> APIKey?

    /// Notes when a key was used; of a key that is not there, nothing.
    func noteUse(of id: String, at now: Timestamp) async throws
}
