import AWSSigV4
import FoundationEssentials
import Testing

@testable import AWS

@Suite struct CredentialsCacheStateTests {
    private let now = Fixture.epoch

    private func credentials(_ id: String = "A", expiresIn seconds: Double? = nil) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: id,
            secretAccessKey: "secret",
            expiration: seconds.map { now + $0 }
        )
    }

    private func state(with credentials: AWSCredentials) -> CredentialsCacheState {
        var state = CredentialsCacheState()
        _ = state.request(at: now)
        state.succeed(credentials, at: now, jitter: 0)
        return state
    }

    @Test("An empty cache makes the first caller refresh and the others wait")
    func empty() {
        var state = CredentialsCacheState()
        #expect(state.request(at: now) == .refresh)
        #expect(state.request(at: now) == .wait)
        state.abandon()
        #expect(state.request(at: now) == .refresh)
    }

    @Test("Five minutes before expiry one refreshes and the others go on; one minute before, they wait")
    func windows() {
        let credentials = credentials(expiresIn: 3600)
        var state = state(with: credentials)
        #expect(state.request(at: now + 3299) == .use(credentials))
        #expect(state.request(at: now + 3300) == .refresh)
        #expect(state.request(at: now + 3301) == .use(credentials))
        #expect(state.request(at: now + 3540) == .wait)
    }

    @Test("A source that has nothing fresher is not asked for every request")
    func nothingFresher() {
        let credentials = credentials(expiresIn: 200)
        var state = state(with: credentials)
        #expect(state.request(at: now + 99) == .use(credentials))
        #expect(state.request(at: now + 100) == .refresh)
    }

    @Test("Credentials that have expired on arrival are used, and asked for again after five to ten minutes")
    func expiredOnArrival() {
        let credentials = credentials(expiresIn: -1)
        var state = state(with: credentials)
        #expect(state.request(at: now + 299) == .use(credentials))
        #expect(state.request(at: now + 300) == .refresh)
    }

    @Test("Refused credentials are asked for once, not for ever, when the source keeps giving the same")
    func refusedAgain() {
        let credentials = credentials()
        var state = state(with: credentials)
        state.discard(credentials, at: now)
        #expect(state.request(at: now) == .refresh)
        #expect(state.request(at: now) == .wait)
        state.succeed(credentials, at: now, jitter: 0)
        state.discard(credentials, at: now)
        #expect(state.request(at: now) == .use(credentials))
        state.discard(credentials, at: now + 300)
        #expect(state.request(at: now + 300) == .refresh)
    }
}
