import Synchronization
import Testing

@testable import AWS

@Suite struct OperationTimeoutTests {
    private static let retry = RetryConfiguration(operationTimeout: .seconds(6))

    @Test("The wait for credentials is cut, and nothing is sent")
    func credentials() async throws {
        let wasCancelled = Mutex(false)
        let provider = ListedCredentials(
            ["NEVER"],
            gate: {
                while !Task.isCancelled { await Task.yield() }
                wasCancelled.withLock { $0 = true }
                throw CancellationError()
            }
        )
        let fixture = Fixture(
            [.response(200)],
            credentials: CredentialsCache(provider),
            retry: Self.retry,
            clock: ManualClock(limitsRunOut: true)
        )
        let error = try #require(try await fixture.failure(of: Fixture.getItem))
        #expect(error.code == "OperationTimedOut")
        #expect(error.attempts == 0)
        #expect(!error.mayHaveBeenApplied)
        #expect(fixture.clock.sleeps == [.seconds(6)])
        #expect(fixture.transport.sent.isEmpty)
        #expect(wasCancelled.withLock { $0 })
    }

    @Test("A caller that is cancelled while it waits for credentials is told so, not that time ran out")
    func cancellation() async throws {
        let provider = ListedCredentials(
            ["NEVER"],
            gate: {
                while !Task.isCancelled { await Task.yield() }
                throw CancellationError()
            }
        )
        let fixture = Fixture([.response(200)], credentials: provider, retry: Self.retry)
        let task = Task { try await fixture.client.perform(Fixture.getItem) }
        while provider.calls == 0 { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("Time that is used up before the next attempt ends the operation")
    func usedUp() async throws {
        let fixture = Fixture([.error(400, "ExpiredTokenException")], retry: Self.retry, perRequest: .seconds(7))
        let error = try #require(try await fixture.failure(of: Fixture.getItem))
        #expect(error.code == "ExpiredTokenException")
        #expect(error.attempts == 1)
    }
}
