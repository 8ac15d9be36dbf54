public import JobsysCore
import Synchronization

/// Schedules, in memory.
public final class InMemoryScheduleStore: ScheduleStore {
    private struct State {
        var schedules: [ScheduleKey: Schedule] = [:]
        var changes = 0
        var outage: DependencyError?
        var damaged: Set<ScheduleKey> = []
        var calls = 0
    }

    private let state = Mutex(State())

    /// Makes a store without schedules.
    public init() {}

    /// How many calls were made.
    public var calls: Int { state.withLock(\.calls) }

    /// Makes every call fail with an error, until it is set to nil.
    public func fail(with error: DependencyError?) {
        state.withLock { $0.outage = error }
    }

    /// Makes every call about one schedule fail that is not a list.
    public func damage(_ key: ScheduleKey) {
        state.withLock { _ = $0.damaged.insert(key) }
    }

    /// A schedule.
    public func schedule(_ key: ScheduleKey) async throws -> Schedule? {
        try access(key) { $0.schedules[key] }
    }

    /// The schedules.
    public func schedules(of tenant: String?) async throws -> [Schedule] {
        try access { state in
            state.schedules.values.filter { tenant == nil || $0.key.tenant == tenant }
                .sorted { ($0.key.tenant, $0.key.id) < ($1.key.tenant, $1.key.id) }
        }
    }

    /// Writes a schedule.
    public func save(_ schedule: Schedule, replacing revision: Int?) async throws -> Bool {
        try access(schedule.key) { state in
            guard state.schedules[schedule.key]?.revision == revision else { return false }
            state.schedules[schedule.key] = schedule
            return true
        }
    }

    /// Writes how far a schedule has come.
    public func advance(_ key: ScheduleKey, to next: ScheduleState, from revision: Int) async throws -> Bool {
        try access(key) { state in
            guard state.schedules[key]?.revision == revision else { return false }
            state.schedules[key]?.state = next
            state.schedules[key]?.revision = revision + 1
            return true
        }
    }

    /// Removes a schedule.
    public func delete(_ key: ScheduleKey) async throws -> Bool {
        try access(key) { $0.schedules.removeValue(forKey: key) != nil }
    }

    /// How often there was a change.
    public func changeCount() async throws -> Int { try access { $0.changes } }

    /// Notes a change.
    public func noteChange() async throws { try access { $0.changes += 1 } }

    private func access<Result>(_ key: ScheduleKey? = nil, _ body: (inout State) -> Result) throws -> Result {
        try state.withLock { state in
            state.calls += 1
            if let outage = state.outage { throw outage }
            if let key, state.damaged.contains(key) {
                throw UnreadableRecord(key: key.id, finding: "cron is not a string", isNewer: false)
            }
            return body(&state)
        }
    }
}
