import JobsysCore
import Synchronization

/// Something that many look at and one reads: who asks while a reading is fresh, or under way, shares it.
///
/// So what is read, and what that costs, does not depend on how many look.
final class SharedReading<Value: Sendable>: Sendable {
    private struct State {
        var last: (value: Value, at: Duration)?
        var running: Task<Value, any Error>?
    }

    private let lifetime: Duration
    private let elapsed: @Sendable () -> Duration
    private let read: @Sendable () async throws -> Value
    private let state = Mutex(State())

    /// Makes one of which nothing is known yet.
    ///
    /// - Parameters:
    ///   - lifetime: How long a reading is fresh.
    ///   - elapsed: The time since some beginning.
    ///   - read: Reads it.
    init(
        for lifetime: Duration,
        elapsed: @escaping @Sendable () -> Duration,
        _ read: @escaping @Sendable () async throws -> Value
    ) {
        self.lifetime = lifetime
        self.elapsed = elapsed
        self.read = read
    }

    /// The last reading if it is fresh, or another one; a failure is shared by those who waited for it, and by nobody later.
    ///
    /// Whoever is cancelled leaves the reading to the others.
    ///
    /// - Throws: What the reading throws.
    func value() async throws -> Value {
        let answer = state.withLock { state -> Answer in
            if let last = state.last, elapsed() - last.at < lifetime { return .fresh(last.value) }
            if let running = state.running { return .underWay(running) }
            // A task of its own: it belongs to all who wait for it, and the one that begins it awaits it.
            let task = Task { try await readOnce() }
            state.running = task
            return .underWay(task)
        }
        return switch answer {
        case .fresh(let value): value
        case .underWay(let reading): try await reading.value
        }
    }

    private enum Answer {
        case fresh(Value)
        case underWay(Task<Value, any Error>)
    }

    private func readOnce() async throws -> Value {
        let start = elapsed()
        do {
            let value = try await read()
            state.withLock { $0 = State(last: (value, start), running: nil) }
            return value
        } catch {
            state.withLock { $0.running = nil }
            throw error
        }
    }
}

/// Readings of many things, each shared by those who look at it; those that nobody looks at any more are forgotten.
final class SharedReadings<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct State {
        var readings: [Key: SharedReading<Value>] = [:]
        var lookers: [Key: Int] = [:]
    }

    private let lifetime: Duration
    private let elapsed: @Sendable () -> Duration
    private let state = Mutex(State())

    /// Makes it; a reading is fresh for so long.
    init(for lifetime: Duration, elapsed: @escaping @Sendable () -> Duration) {
        self.lifetime = lifetime
        self.elapsed = elapsed
    }

    /// Notes that somebody looks at a thing from now on, until ``leave(_:)``.
    ///
    /// - Parameters:
    ///   - key: The thing.
    ///   - read: Reads it, if nobody else looks at it already.
    /// - Returns: The reading that is shared.
    func join(_ key: Key, _ read: @escaping @Sendable () async throws -> Value) -> SharedReading<Value> {
        state.withLock { state in
            state.lookers[key, default: 0] += 1
            if let reading = state.readings[key] { return reading }
            let reading = SharedReading(for: lifetime, elapsed: elapsed, read)
            state.readings[key] = reading
            return reading
        }
    }

    /// Notes that somebody has ceased to look.
    func leave(_ key: Key) {
        state.withLock { state in
            let left = (state.lookers[key] ?? 0) - 1
            state.lookers[key] = left > 0 ? left : nil
            if left <= 0 { state.readings[key] = nil }
        }
    }
}
