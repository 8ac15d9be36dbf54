public import JobsysCore
public import JobsysTime
public import Testing

/// One rule that all stores of API keys must keep; all of them are ``all``.
public struct APIKeyStoreRule: Sendable, CustomTestStringConvertible {
    /// The rule in words.
    public let testDescription: String
    private let body: @Sendable (any APIKeyStore) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (any APIKeyStore) async throws -> Void) {
        testDescription = description
        self.body = body
    }

    /// Holds a store to the rule.
    public func check(_ store: any APIKeyStore) async throws {
        try await body(store)
    }

    private static let later = Timestamp.sample + .seconds(60)

    /// Every rule.
    public static let all = [
        APIKeyStoreRule("a store that nobody has written to has no key, and none to revoke, replace or note") {
            store async throws in
            let (key, _) = APIKey.sample()
            #expect(try await store.keys() == [])
            #expect(try await store.key("none") == nil)
            #expect(try await store.revoke("none", at: .sample) == nil)
            #expect(try await store.replace("none", with: key, endingAt: later) == nil)
            try await store.noteUse(of: "none", at: .sample)
            #expect(try await store.keys() == [])
            #expect(try await store.key(key.id) == nil)
        },
        APIKeyStoreRule("a key is kept as it was made, with and without what it may lack") { store async throws in
            let (plain, _) = APIKey.sample()
            var (full, _) = APIKey.sample(tenant: "acme", scopes: Set(Scope.allCases), types: ["http", "transform"])
            full.name = "deploys of Ärger & Söhne"
            (full.expiresAt, full.lastUsedAt) = (later, .sample)
            for key in [plain, full] {
                try await store.create(key)
                #expect(try await store.key(key.id) == key)
            }
            #expect(try await store.keys() == [plain, full].sorted { $0.id < $1.id })
        },
        APIKeyStoreRule("a key that may use no type at all is kept as such") { store async throws in
            let (key, _) = APIKey.sample(types: [])
            try await store.create(key)
            #expect(try await store.key(key.id)?.types == [])
        },
        APIKeyStoreRule("the id of a key is not given twice") { store async throws in
            let (key, _) = APIKey.sample()
            try await store.create(key)
            var other = key
            other.scopes = [.admin]
            await #expect(throws: DependencyError.self) { try await store.create(other) }
            #expect(try await store.key(key.id) == key)
        },
        APIKeyStoreRule("a key that is revoked says since when, and that of the first time") { store async throws in
            var (key, _) = APIKey.sample()
            try await store.create(key)
            key.revokedAt = .sample
            #expect(try await store.revoke(key.id, at: .sample) == key)
            #expect(try await store.revoke(key.id, at: later) == key)
            #expect(try await store.key(key.id) == key)
            #expect(try await store.keys() == [key])
        },
        APIKeyStoreRule("a key that is replaced ends when it is told to, or sooner if it would have anyway") {
            store async throws in
            for own in [nil, later + .seconds(-1), later + .seconds(1)] {
                var (old, _) = APIKey.sample()
                old.expiresAt = own
                try await store.create(old)
                let (new, _) = APIKey.sample()
                old.expiresAt = min(own ?? later, later)
                old.replacedBy = new.id
                #expect(try await store.replace(old.id, with: new, endingAt: later) == old)
                #expect(try await store.key(old.id) == old)
                #expect(try await store.key(new.id) == new)
            }
        },
        APIKeyStoreRule("a key that has ended is not replaced, and what was to replace it is not there") {
            store async throws in
            var (revoked, _) = APIKey.sample()
            var (expired, _) = APIKey.sample()
            (revoked.revokedAt, expired.expiresAt) = (.sample, .sample)
            for old in [revoked, expired] {
                try await store.create(old)
                let (new, _) = APIKey.sample()
                #expect(try await store.replace(old.id, with: new, endingAt: later) == nil)
                #expect(try await store.key(new.id) == nil)
                #expect(try await store.key(old.id) == old)
            }
        },
        APIKeyStoreRule("the last use of a key is noted, and nothing else of it changes") { store async throws in
            var (key, _) = APIKey.sample(tenant: "acme")
            try await store.create(key)
            try await store.noteUse(of: key.id, at: later)
            key.lastUsedAt = later
            #expect(try await store.key(key.id) == key)
        },
    ]
}

extension APIKey {
    /// A new key of stage dev, with its text.
    public static func sample(
        tenant: String? = nil,
        scopes: Set<Scope> = [.submitJobs],
        types: Set<String>? = nil,
        at now: Timestamp = .sample,
        expiresAt: Timestamp? = nil
    ) -> (key: APIKey, text: APIKeyText) {
        let text = APIKeyText.make(stage: "dev")
        let key = APIKey(text, tenant: tenant, scopes: scopes, types: types, at: now, by: "ada", expiresAt: expiresAt)
        return (key, text)
    }
}
