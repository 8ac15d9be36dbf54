import JobsysCore
import JobsysTime
import Synchronization

/// A store of keys whose lookups hold back what they have read until they are released.
final class HeldKeyStore: APIKeyStore {
    private let base: any APIKeyStore
    private let arrivals: AsyncStream<Void>
    private let arrive: AsyncStream<Void>.Continuation
    private let gate: AsyncStream<Void>
    private let open: AsyncStream<Void>.Continuation

    init(_ base: any APIKeyStore) {
        self.base = base
        (arrivals, arrive) = AsyncStream.makeStream()
        (gate, open) = AsyncStream.makeStream()
    }

    func waitForLookup() async {
        for await _ in arrivals { return }
    }

    func release() { open.finish() }

    func key(_ id: String) async throws -> APIKey? {
        let key = try await base.key(id)
        arrive.yield()
        for await _ in gate {}
        return key
    }

    func create(_ key: APIKey) async throws { try await base.create(key) }
    func keys() async throws -> [APIKey] { try await base.keys() }
    func revoke(_ id: String, at now: Timestamp) async throws -> APIKey? { try await base.revoke(id, at: now) }
    func noteUse(of id: String, at now: Timestamp) async throws { try await base.noteUse(of: id, at: now) }

    func replace(_ id: String, with key: APIKey, endingAt end: Timestamp) async throws -> APIKey? {
        try await base.replace(id, with: key, endingAt: end)
    }
}
