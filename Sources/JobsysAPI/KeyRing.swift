package import JobsysCore
import JobsysServiceRuntime
package import JobsysTime
import Logging
import ServiceLifecycle
import Synchronization

/// The API keys that this process has met, so that a request costs no look at the table.
///
/// What is known of a key is looked up again after ``freshness``, by one request, while the others go by what was known.
/// When the table does not answer, a key is good for ``longestAge`` after it was last read: a revoked one is refused within
/// a minute everywhere. Ids that nobody has are remembered, too, and a flood of them is turned away before it reaches the
/// table, while keys that are known go on.
package final class KeyRing: Service {
    private struct Entry {
        /// nil for an id that no key has.
        var key: APIKey?
        var readAt: Duration
    }

    private struct Lookup {
        let number: Int
        let task: Task<APIKey?, any Error>
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var lookups: [String: Lookup] = [:]
        var lookupCount = 0
        /// How many ids may be looked up that were not known before, and since when.
        var budget = KeyRing.lookupsAtOnce
        var budgetAt = Duration.zero
        /// When keys were used that have not been written yet.
        var uses: [String: Timestamp] = [:]
        /// When a use was last written.
        var noted: [String: Timestamp] = [:]
    }

    private let store: any APIKeyStore
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    /// The wall clock.
    let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    /// Makes a ring that knows no key yet.
    package init(
        _ store: any APIKeyStore,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.store = store
        self.clock = clock
        self.now = now
        elapsed = stopwatch(clock)
    }

    /// How long what was read of a key is taken as it was.
    package static let freshness = Duration.seconds(20)
    /// How long a key is good for that cannot be read again.
    package static let longestAge = Duration.seconds(50)
    /// How long an id that no key has is remembered.
    package static let freshnessOfNone = Duration.seconds(5)
    /// How many ids are looked up in a second that were not known before.
    package static let lookupsPerSecond = 100.0
    /// How many of them at once.
    package static let lookupsAtOnce = 200.0
    /// How many ids are remembered; the oldest half goes first.
    package static let capacity = 10_000

    /// The key of an id; nil if there is none.
    ///
    /// - Throws: ``Problem`` with 429 if too many unknown ids are asked for; what the store throws.
    package func key(_ id: String) async throws -> APIKey? {
        let instant = elapsed()
        let answer: Answer = try state.withLock { state in try self.answer(to: id, at: instant, &state) }
        switch answer {
        case .known(let key): return key
        case .comes(let lookup, let last):
            do {
                return try await lookup.value
            } catch {
                guard let last, elapsed() - last.readAt <= Self.longestAge else { throw error }
                return last.key
            }
        }
    }

    /// The key of an id as it was last read; nil if there is none or it was not read.
    func known(_ id: String) -> APIKey? {
        state.withLock { $0.entries[id]?.key }
    }

    private enum Answer {
        case known(APIKey?)
        /// It is being looked up; and this was known before, if anything was.
        case comes(Task<APIKey?, any Error>, last: Entry?)
    }

    private func answer(to id: String, at instant: Duration, _ state: inout State) throws -> Answer {
        let last = state.entries[id]
        if let last {
            let age = instant - last.readAt
            if age <= (last.key == nil ? Self.freshnessOfNone : Self.freshness) { return .known(last.key) }
            if state.lookups[id] != nil, last.key != nil, age <= Self.longestAge { return .known(last.key) }
        }
        if let lookup = state.lookups[id] { return .comes(lookup.task, last: last) }
        if last?.key == nil {
            let refill = (instant - state.budgetAt) / .seconds(1) * Self.lookupsPerSecond
            state.budget = min(Self.lookupsAtOnce, state.budget + refill)
            state.budgetAt = instant
            guard state.budget >= 1 else { throw Problem.tooManyCredentials }
            state.budget -= 1
        }
        // A task of its own: it belongs to all who wait for it, and all of them await it.
        state.lookupCount += 1
        let number = state.lookupCount
        let task = Task(executorPreference: Workplace.executor) { try await self.lookUp(id, number) }
        state.lookups[id] = Lookup(number: number, task: task)
        return .comes(task, last: last)
    }

    /// Reads a key, and keeps what was read unless the key was forgotten meanwhile: it may be what the key was before.
    private func lookUp(_ id: String, _ number: Int) async throws -> APIKey? {
        do {
            let key = try await store.key(id)
            let instant = elapsed()
            state.withLock { state in
                guard state.lookups[id]?.number == number else { return }
                state.lookups[id] = nil
                state.entries[id] = Entry(key: key, readAt: instant)
                guard state.entries.count > Self.capacity else { return }
                let median = state.entries.values.map(\.readAt).sorted()[Self.capacity / 2]
                state.entries = state.entries.filter { $0.value.readAt > median }
            }
            return key
        } catch {
            state.withLock { state in
                guard state.lookups[id]?.number == number else { return }
                state.lookups[id] = nil
            }
            throw error
        }
    }

    /// Has what is known of a key looked up again, because this process has changed it.
    package func forget(_ id: String) {
        state.withLock { state in
            state.entries[id] = nil
            state.lookups[id] = nil
        }
    }

    /// Notes that a key was used, to be written by ``run()``, once an hour at most.
    func noteUse(of key: APIKey) {
        let instant = now()
        state.withLock { state in
            guard state.uses[key.id] == nil else { return }
            let written = [key.lastUsedAt, state.noted[key.id]].compactMap(\.self).max()
            guard written.map({ instant.duration(since: $0) >= Self.useInterval }) ?? true else { return }
            state.uses[key.id] = instant
        }
    }

    /// How far apart the uses of a key are that one process writes.
    package static let useInterval = Duration.seconds(3600)
    /// How often uses are written.
    package static let writeInterval = Duration.seconds(60)

    /// Writes when keys were used, until a graceful shutdown or until it is cancelled.
    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                // A stop ends it.
                try? await clock.sleep(for: Self.writeInterval)
                guard !Task.isCancelled else { break }
                await writeUses()
            }
        }
    }

    /// Writes the uses that have not been written; one that cannot be is left to the next.
    package func writeUses() async {
        let uses = state.withLock { state in
            defer { state.uses = [:] }
            return state.uses
        }
        for (id, instant) in uses {
            do {
                try await store.noteUse(of: id, at: instant)
                state.withLock { state in
                    if state.noted.count >= Self.capacity { state.noted = [:] }
                    state.noted[id] = instant
                }
            } catch {
                Logger.current.debug("the use of a key could not be written", metadata: ["principal": "key:\(id)"])
            }
        }
    }
}
