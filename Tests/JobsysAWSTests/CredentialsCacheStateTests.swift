import FoundationEssentials
import JobsysSigV4
import Testing

@testable import JobsysAWS

@Suite struct CredentialsCacheStateTests {
    private let now = Fixture.epoch
    private let refresh = CredentialsCacheState.Step(startsRefresh: true)
    private let wait = CredentialsCacheState.Step()

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

    @Test("An empty cache begins one refresh and has all wait for it")
    func empty() {
        var state = CredentialsCacheState()
        #expect(state.request(at: now) == refresh)
        #expect(state.request(at: now) == wait)
        #expect(state.fail(at: now, jitter: 0) == nil)
        #expect(state.request(at: now) == refresh)
    }

    @Test("Five minutes before expiry a refresh begins and all go on; one minute before, they wait for it")
    func windows() {
        let credentials = credentials(expiresIn: 3600)
        var state = state(with: credentials)
        #expect(state.request(at: now + 3299) == .init(credentials: credentials))
        #expect(state.request(at: now + 3300) == .init(credentials: credentials, startsRefresh: true))
        #expect(state.request(at: now + 3301) == .init(credentials: credentials))
        #expect(state.request(at: now + 3540) == wait)
    }

    @Test("A source that has nothing fresher is not asked for every request")
    func nothingFresher() {
        let credentials = credentials(expiresIn: 200)
        var state = state(with: credentials)
        #expect(state.request(at: now + 99) == .init(credentials: credentials))
        #expect(state.request(at: now + 100) == .init(credentials: credentials, startsRefresh: true))
    }

    @Test("Credentials that have expired on arrival are used, and asked for again after five to ten minutes")
    func expiredOnArrival() {
        let credentials = credentials(expiresIn: -1)
        var state = state(with: credentials)
        #expect(state.request(at: now + 299) == .init(credentials: credentials))
        #expect(state.request(at: now + 300) == refresh)
    }

    @Test("Refused credentials are asked for once, not for ever, when the source keeps giving the same")
    func refusedAgain() {
        let credentials = credentials()
        var state = state(with: credentials)
        state.discard(credentials, at: now)
        #expect(state.request(at: now) == refresh)
        #expect(state.request(at: now) == wait)
        state.succeed(credentials, at: now, jitter: 0)
        state.discard(credentials, at: now)
        #expect(state.request(at: now) == .init(credentials: credentials))
        state.discard(credentials, at: now + 300)
        #expect(state.request(at: now + 300) == refresh)
    }
}
