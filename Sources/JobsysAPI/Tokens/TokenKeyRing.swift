import JobsysCore
import JobsysServiceRuntime
import JobsysTime
import Logging
import ServiceLifecycle
import Synchronization

/// The issuer's keys as this process knows them, so that no request waits for the issuer but the very first.
///
/// They are read again every five minutes, and when a token names a key that is not among them, but never twice in half
/// a minute, however many ask. What cannot be read again stays as it was, however long: an outage of the issuer locks
/// nobody out.
package final class TokenKeyRing: Service {
    private struct State {
        var set: TokenKeySet?
        /// Counts the sets, so that what was concluded from one does not outlive it.
        var generation = 0
        var readAt: Duration?
        var triedAt: Duration?
        var reading: Task<Void, Never>?
    }

    private let source: TokenKeySource
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let state = Mutex(State())

    /// Makes a ring that knows no key yet.
    package init(_ source: TokenKeySource, clock: any Clock<Duration> = ContinuousClock()) {
        self.source = source
        self.clock = clock
        elapsed = stopwatch(clock)
    }

    /// How old the keys get before they are read again.
    package static let freshness = Duration.seconds(300)
    /// The least time between two readings.
    package static let leastInterval = Duration.seconds(30)

    /// Which set is known; it changes with the set.
    var generation: Int { state.withLock(\.generation) }

    /// The keys that may have signed a token, and the generation that they are of.
    ///
    /// - Throws: `DependencyError` if no keys have ever been read.
    func candidates(for token: WebToken) async throws -> (keys: [TokenKey], generation: Int) {
        if let known = known(for: token), !known.keys.isEmpty { return known }
        await refresh()
        if let known = known(for: token) { return known }
        throw DependencyError(
            dependency: "jwks",
            code: "Unavailable",
            message: "the keys of the issuer of tokens have not been read yet",
            isTransient: true
        )
    }

    private func known(for token: WebToken) -> (keys: [TokenKey], generation: Int)? {
        let (set, generation) = state.withLock { ($0.set, $0.generation) }
        return set.map { ($0.candidates(for: token), generation) }
    }

    /// Reads the keys, or waits for whoever is reading them; not if they were read, or tried, a moment ago.
    package func refresh() async {
        let instant = elapsed()
        let reading: Task<Void, Never>? = state.withLock { state in
            if let reading = state.reading { return reading }
            if let triedAt = state.triedAt, instant - triedAt < Self.leastInterval { return nil }
            state.triedAt = instant
            // A task of its own: it belongs to all who wait for it, and all of them await it.
            let task = Task(executorPreference: Workplace.executor) { await self.read() }
            state.reading = task
            return task
        }
        await reading?.value
    }

    private func read() async {
        var result: Result<TokenKeySet, any Error>
        do {
            result = .success(try await TokenKeySet(try await source.read()))
        } catch {
            result = .failure(error)
        }
        let instant = elapsed()
        let (isNew, age) = state.withLock { state in
            state.reading = nil
            guard case .success(let set) = result else { return (false, state.readAt.map { instant - $0 }) }
            state.readAt = instant
            guard set.document != state.set?.document else { return (false, nil) }
            state.set = set
            state.generation += 1
            return (true, nil)
        }
        switch result {
        case .success(let set) where isNew:
            Logger.current.info(
                "the keys of the issuer of tokens are new",
                metadata: ["keys": "\(set.keys.count)", "keys.skipped": "\(set.skipped)"]
            )
        case .success: break
        case .failure(let error):
            var metadata: Logger.Metadata = ["error": "\(error)"]
            if let age { metadata["keys.ageSeconds"] = "\(age.components.seconds)" }
            Logger.current.warning("the keys of the issuer of tokens could not be read", metadata: metadata)
        }
    }

    /// Reads the keys if they have not been read for long.
    package func refreshIfDue() async {
        let instant = elapsed()
        let isDue = state.withLock { $0.readAt.map { instant - $0 >= Self.freshness } ?? true }
        if isDue { await refresh() }
    }

    /// Keeps the keys fresh, until a graceful shutdown or until it is cancelled.
    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                await refreshIfDue()
                // A stop ends it.
                try? await clock.sleep(for: Self.leastInterval)
            }
        }
    }
}
