import JobsysAWS
import JobsysSigV4
import Synchronization
import Testing

@Suite struct CredentialsDeadlineTests {
    @Test("A wait for credentials ends with the operation's time; their refresh goes on")
    func deadline() async throws {
        let isOpen = Mutex(false)
        let provider = ListedCredentials(
            ["GOOD"],
            gate: {
                while !isOpen.withLock({ $0 }) {
                    try Task.checkCancellation()
                    await Task.yield()
                }
            }
        )
        let cache = CredentialsCache(provider)
        let fixture = Fixture(
            [.response(200)],
            credentials: cache,
            retry: RetryConfiguration(operationTimeout: .seconds(2)),
            clock: InstantClock(limitsRunOut: true)
        )
        let error = try await fixture.failure(of: Fixture.getItem)
        #expect(error?.code == "OperationTimedOut" && error?.isRetryable == true)
        #expect(fixture.clock.sleeps == [.seconds(2)])
        #expect(fixture.transport.sent.isEmpty)
        isOpen.withLock { $0 = true }
        #expect(try await cache.credentials().accessKeyID == "GOOD")
        #expect(provider.calls == 1)
    }

    @Test("Credentials at hand cost no time")
    func atHand() async throws {
        let fixture = Fixture([.response(200)], retry: RetryConfiguration(operationTimeout: .seconds(2)))
        #expect(try await fixture.client.perform(Fixture.getItem) == nil)
        #expect(fixture.clock.sleeps.isEmpty)
    }
}
