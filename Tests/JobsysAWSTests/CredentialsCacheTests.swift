import FoundationEssentials
import JobsysAWS
import JobsysSigV4
import Synchronization
import Testing

@Suite struct CredentialsCacheTests {
    private let clock = InstantClock()

    private func runtime(random: Double = 0) -> AWSRuntime {
        let clock = clock
        return AWSRuntime(clock: clock, now: { Fixture.epoch + clock.now.offset / .seconds(1) }, random: { random })
    }

    /// A provider whose credentials live for an hour from the time they are asked for.
    private func hourly(_ names: [String]) -> ListedCredentials {
        let clock = clock
        return ListedCredentials(names, expiration: { Fixture.epoch + 3600 + clock.now.offset / .seconds(1) })
    }

    @Test("A failure is never remembered: the next caller asks again")
    func failureIsForgotten() async throws {
        let provider = ListedCredentials(["!down", "GOOD"])
        let cache = CredentialsCache(provider, runtime: runtime())
        await #expect(throws: CredentialsError.self) { try await cache.credentials() }
        #expect(try await cache.credentials().accessKeyID == "GOOD")
        #expect(provider.calls == 2)
    }

    @Test("The caller that began a refresh may be cancelled; the refresh goes on for the others")
    func cancellationStaysAlone() async throws {
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
        let cache = CredentialsCache(provider, runtime: runtime())
        let first = Task { try await cache.credentials() }
        while cache.waiterCount < 1 { await Task.yield() }
        let others = (0..<3).map { _ in Task { try await cache.credentials() } }
        while cache.waiterCount < 4 { await Task.yield() }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        isOpen.withLock { $0 = true }
        for other in others { #expect(try await other.value.accessKeyID == "GOOD") }
        #expect(provider.calls == 1)
    }

    @Test("Nobody waits for a refresh while what is there still lives for more than a minute")
    func advisoryRefreshIsNotWaitedFor() async throws {
        let isOpen = Mutex(true)
        let epoch = Fixture.epoch
        let provider = ListedCredentials(
            ["A", "B"],
            expiration: { epoch + 3600 },
            gate: {
                while !isOpen.withLock({ $0 }) { await Task.yield() }
            }
        )
        let cache = CredentialsCache(provider, runtime: runtime())
        _ = try await cache.credentials()
        isOpen.withLock { $0 = false }
        clock.advance(by: .seconds(56 * 60))
        #expect(cache.readyCredentials()?.accessKeyID == "A")
        #expect(try await cache.credentials().accessKeyID == "A")
        isOpen.withLock { $0 = true }
        while cache.readyCredentials()?.accessKeyID == "A" { await Task.yield() }
        #expect(provider.calls == 2)
    }

    @Test("A provider that calls itself cancelled is a failure, not the caller's cancellation")
    func providerCancellation() async throws {
        let cache = CredentialsCache(
            ListedCredentials(["A"], gate: { throw CancellationError() }),
            runtime: runtime()
        )
        await #expect(throws: CredentialsError.self) { try await cache.credentials() }
    }

    @Test("A caller that is cancelled while it waits leaves at once and alone")
    func waiterLeaves() async throws {
        let isOpen = Mutex(false)
        let provider = ListedCredentials(
            ["GOOD"],
            gate: {
                while !isOpen.withLock({ $0 }) { await Task.yield() }
            }
        )
        let cache = CredentialsCache(provider, runtime: runtime())
        let leader = Task { try await cache.credentials() }
        while provider.calls == 0 { await Task.yield() }
        let waiter = Task { try await cache.credentials() }
        while cache.waiterCount < 1 { await Task.yield() }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        isOpen.withLock { $0 = true }
        #expect(try await leader.value.accessKeyID == "GOOD")
        #expect(provider.calls == 1)
    }

    @Test("Those who waited for a refresh share its failure")
    func sharedFailure() async throws {
        let isOpen = Mutex(false)
        let provider = ListedCredentials(
            ["!down", "GOOD"],
            gate: {
                while !isOpen.withLock({ $0 }) { await Task.yield() }
            }
        )
        let cache = CredentialsCache(provider, runtime: runtime())
        let leader = Task { try await cache.credentials() }
        while provider.calls == 0 { await Task.yield() }
        let waiter = Task { try await cache.credentials() }
        while cache.waiterCount < 1 { await Task.yield() }
        isOpen.withLock { $0 = true }
        await #expect(throws: CredentialsError.self) { try await leader.value }
        await #expect(throws: CredentialsError.self) { try await waiter.value }
        #expect(provider.calls == 1)
    }

    @Test("Credentials are kept until five minutes before they expire")
    func advisoryRefresh() async throws {
        let provider = hourly(["A", "B"])
        let cache = CredentialsCache(provider, runtime: runtime())
        #expect(try await cache.credentials().accessKeyID == "A")
        clock.advance(by: .seconds(54 * 60))
        #expect(try await cache.credentials().accessKeyID == "A")
        clock.advance(by: .seconds(60))
        while try await cache.credentials().accessKeyID == "A" { await Task.yield() }
        #expect(try await cache.credentials().accessKeyID == "B")
        #expect(provider.calls == 2)
    }

    @Test("Expiry is judged by AWS's clock where this machine's is known to be off")
    func skewedClock() async throws {
        let cache = CredentialsCache(hourly(["A"]), runtime: runtime())
        _ = try await cache.credentials()
        cache.adjustClock(by: 3541)
        #expect(cache.readyCredentials() == nil)
    }

    @Test("After a failed refresh the old ones are served, even past their expiry, and asked for again after a pause")
    func staleIsServed() async throws {
        let provider = hourly(["A", "!down", "!down", "B"])
        let cache = CredentialsCache(provider, runtime: runtime(random: 0.5))
        #expect(try await cache.credentials().accessKeyID == "A")
        clock.advance(by: .seconds(59 * 60 + 30))
        #expect(try await cache.credentials().accessKeyID == "A")
        #expect(provider.calls == 2)
        clock.advance(by: .seconds(7 * 60))
        #expect(try await cache.credentials().accessKeyID == "A")
        #expect(provider.calls == 2)
        clock.advance(by: .seconds(30))
        #expect(try await cache.credentials().accessKeyID == "A")
        #expect(provider.calls == 3)
        clock.advance(by: .seconds(450))
        #expect(try await cache.credentials().accessKeyID == "B")
    }

    @Test("Refused credentials are replaced before they are handed out again; others are not touched")
    func discard() async throws {
        let cache = CredentialsCache(ListedCredentials(["A", "B", "C"]), runtime: runtime())
        let first = try await cache.credentials()
        cache.discard(first)
        #expect(try await cache.credentials().accessKeyID == "B")
        cache.discard(first)
        #expect(try await cache.credentials().accessKeyID == "B")
    }
}
