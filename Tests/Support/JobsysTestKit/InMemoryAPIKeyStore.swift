public import JobsysCore
public import JobsysTime
import Synchronization

/// API keys, in memory.
public final class InMemoryAPIKeyStore: APIKeyStore {
    private struct State {
        var keys: [String: APIKey] = [:]
        var outage: DependencyError?
        var lookups = 0
    }

    private let state = Mutex(State())

    /// Makes an empty store.
    public init() {}

    /// How often a key was asked for by its id.
    public var lookups: Int { state.withLock(\.lookups) }

    /// Makes every call fail with an error, until it is set to nil.
    public func fail(with error: DependencyError?) {
        state.withLock { $0.outage = error }
    }

    /// Keeps a key.
    public func create(_ key: APIKey) async throws {
        try access { state in
            guard state.keys[key.id] == nil else {
                throw DependencyError(dependency: "memory", code: "KeyExists", message: key.id, isTransient: false)
            }
            state.keys[key.id] = key
        }
    }

    /// The key of an id.
    public func key(_ id: String) async throws -> APIKey? {
        try access { state in
            state.lookups += 1
            return state.keys[id]
        }
    }

    /// All keys.
    public func keys() async throws -> [APIKey] {
        try access { $0.keys.values.sorted { $0.id < $1.id } }
    }

    /// Ends a key.
    public func revoke(_ id: String, at now: Timestamp) async throws -> APIKey? {
        try access { state in
            if state.keys[id]?.revokedAt == nil { state.keys[id]?.revokedAt = now }
            return state.keys[id]
        }
    }

    /// Replaces a key.
    public func replace(_ id: String, with key: APIKey, endingAt end: Timestamp) async throws -> APIKey? {
        try access { state in
            guard var old = state.keys[id], old.status(at: key.createdAt) == .active else { return nil }
            old.expiresAt = min(old.expiresAt ?? end, end)
            old.replacedBy = key.id
            (state.keys[id], state.keys[key.id]) = (old, key)
            return old
        }
    }

    /// Notes a use.
    public func noteUse(of id: String, at now: Timestamp) async throws {
        try access { $0.keys[id]?.lastUsedAt = now }
    }

    private func access<Result>(_ body: (inout sending State) throws -> sending Result) throws -> sending Result {
        try state.withLock { state in
            if let outage = state.outage { throw outage }
            return try body(&state)
        }
    }
}
