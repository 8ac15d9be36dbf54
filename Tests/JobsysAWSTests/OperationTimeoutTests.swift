import Testing

@testable import JobsysAWS

@Suite struct OperationTimeoutTests {
    private static let retry = RetryConfiguration(operationTimeout: .seconds(6))

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
