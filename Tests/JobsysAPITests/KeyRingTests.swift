import HTTPTypes
import JobsysAPI
import JobsysCore
import JobsysTestKit
import JobsysTime
import Testing

@Suite("Keys that the service has met", .timeLimit(.minutes(1)))
struct KeyRingTests {
    private let api = APIFixture.asking()

    private func status(_ key: APIKeyText) async throws -> Int {
        try await api.answer(.get, "/jobs", headers: .bearer(key)).status
    }

    @Test("are looked up once, and again when that is twenty seconds old")
    func freshness() async throws {
        let key = try await api.makeKey(scopes: [.readJobs])
        for _ in 0..<20 { #expect(try await status(key) == 200) }
        #expect(api.keys.lookups == 1)
        api.clock.advance(by: KeyRing.freshness + .milliseconds(1))
        for _ in 0..<20 { #expect(try await status(key) == 200) }
        #expect(api.keys.lookups == 2)
    }

    @Test("are refused within a minute after somebody else has revoked them")
    func revocation() async throws {
        let key = try await api.makeKey(scopes: [.readJobs])
        #expect(try await status(key) == 200)
        _ = try await api.keys.revoke(key.keyID, at: api.clock.timestamp)
        #expect(KeyRing.longestAge < .seconds(60))
        api.clock.advance(by: KeyRing.freshness + .milliseconds(1))
        #expect(try await status(key) == 401)
    }

    @Test("are refused at once when they expire, whatever is known of them")
    func expiry() async throws {
        let key = try await api.makeKey(scopes: [.readJobs], expiresAt: api.clock.timestamp + .seconds(2))
        #expect(try await status(key) == 200)
        api.clock.advance(by: .seconds(2))
        #expect(try await status(key) == 401)
        #expect(api.keys.lookups == 1)
    }

    @Test("are good for less than a minute while the table does not answer, and then nobody is let in")
    func outage() async throws {
        let key = try await api.makeKey(scopes: [.readJobs])
        let other = try await api.makeKey(scopes: [.readJobs])
        #expect(try await status(key) == 200)
        api.keys.fail(with: .outage)
        api.clock.advance(by: KeyRing.longestAge)
        #expect(try await status(key) == 200)
        #expect(try await status(other) == 503)
        api.clock.advance(by: .milliseconds(1))
        #expect(try await status(key) == 503)
        api.keys.fail(with: nil)
        #expect(try await status(key) == 200)
        #expect(try await status(other) == 200)
    }

    @Test("An id that no key has is remembered, and found a few seconds after a key has it")
    func unknown() async throws {
        let (key, text) = APIKey.sample(scopes: [.readJobs])
        for _ in 0..<5 { #expect(try await status(text) == 401) }
        #expect(api.keys.lookups == 1)
        try await api.keys.create(key)
        #expect(try await status(text) == 401)
        api.clock.advance(by: KeyRing.freshnessOfNone + .milliseconds(1))
        #expect(try await status(text) == 200)
    }

    @Test("A flood of ids that nobody has is turned away before the table, and keys that are known go on")
    func flood() async throws {
        let key = try await api.makeKey(scopes: [.readJobs])
        #expect(try await status(key) == 200)
        let limit = Int(KeyRing.lookupsAtOnce)
        var refused = 0
        for _ in 0..<(2 * limit) {
            let answer = try await api.answer(.get, "/jobs", headers: .bearer(.make(stage: "dev")))
            if answer.status == 429 {
                refused += 1
                #expect(answer.headers[.retryAfter] == "1")
                #expect(answer.json?["type"] == "urn:jobsys:problem:too-many-credentials")
            } else {
                #expect(answer.status == 401)
            }
        }
        #expect(api.keys.lookups == limit)
        #expect(refused == limit + 1)
        api.clock.advance(by: KeyRing.freshness + .milliseconds(1))
        #expect(try await status(key) == 200)
        #expect(try await status(.make(stage: "dev")) == 401)
    }

    @Test("One lookup answers all who ask at the same time")
    func together() async throws {
        let store = HeldKeyStore(api.keys)
        let ring = KeyRing(store, clock: api.clock, now: { [clock = api.clock] in clock.timestamp })
        let key = try await api.makeKey(scopes: [.readJobs])
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<50 { group.addTask { try await ring.key(key.keyID)?.id } }
            await store.waitForLookup()
            store.release()
            for try await id in group { #expect(id == key.keyID) }
        }
        #expect(api.keys.lookups == 1)
    }

    @Test("What was read of a key before this process has revoked it does not count afterwards")
    func revokedMeanwhile() async throws {
        let store = HeldKeyStore(api.keys)
        let ring = KeyRing(store, clock: api.clock, now: { [clock = api.clock] in clock.timestamp })
        let id = try await api.makeKey(scopes: [.readJobs]).keyID
        async let before = ring.key(id)
        await store.waitForLookup()
        _ = try await store.revoke(id, at: api.clock.timestamp)
        ring.forget(id)
        store.release()
        #expect(try await before?.status(at: api.clock.timestamp) == .active)
        #expect(try await ring.key(id)?.status(at: api.clock.timestamp) == .revoked)
    }

    @Test("The use of a key is written once an hour, and not at all where that fails")
    func use() async throws {
        let key = try await api.makeKey(scopes: [.readJobs])
        let first = api.clock.timestamp
        func lastUse() async throws -> Timestamp? { try await api.keys.key(key.keyID)?.lastUsedAt }
        #expect(try await status(key) == 200)
        api.keys.fail(with: .outage)
        await api.ring.writeUses()
        api.keys.fail(with: nil)
        #expect(try await lastUse() == nil)
        #expect(try await status(key) == 200)
        await api.ring.writeUses()
        #expect(try await lastUse() == first)
        api.clock.advance(by: KeyRing.useInterval + .seconds(-1))
        #expect(try await status(key) == 200)
        await api.ring.writeUses()
        #expect(try await lastUse() == first)
        api.clock.advance(by: .seconds(1))
        #expect(try await status(key) == 200)
        await api.ring.writeUses()
        #expect(try await lastUse() == api.clock.timestamp)
    }
}
