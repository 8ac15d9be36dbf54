public import JobsysCore
public import JobsysJSON
public import JobsysTime
import Synchronization

/// Workers and job types, in memory.
public final class InMemoryWorkerDirectory: WorkerDirectory {
    private struct State {
        var workers: [String: WorkerRecord] = [:]
        var types: [String: TypeRecord] = [:]
        var apis: [String: Timestamp] = [:]
        var sensitive: [String: [FieldPath: Timestamp]] = [:]
        var outage: DependencyError?
        var readings = 0
    }

    private let state = Mutex(State())

    /// Makes an empty directory.
    public init() {}

    /// Every worker that is noted, expired ones among them.
    public var notedWorkers: [WorkerRecord] { state.withLock { $0.workers.values.sorted { $0.id < $1.id } } }

    /// How often workers or types were asked for.
    public var readings: Int { state.withLock(\.readings) }

    /// Makes every call fail with an error, until it is set to nil.
    public func fail(with error: DependencyError?) {
        state.withLock { $0.outage = error }
    }

    /// Notes a worker.
    public func announce(_ worker: WorkerRecord) async throws {
        try access { $0.workers[worker.id] = worker }
    }

    /// Forgets a worker.
    public func withdraw(_ workerID: String) async throws {
        try access { $0.workers[workerID] = nil }
    }

    /// Notes when types were offered.
    public func announce(_ types: [String], sensitive: [String: [FieldPath]], at now: Timestamp) async throws {
        try access { state in
            for type in types {
                state.types[type, default: TypeRecord(type)].lastOfferedAt = now
                for path in sensitive[type] ?? [] { state.sensitive[type, default: [:]][path] = now }
                let inForce = state.sensitive[type]?.filter { now.duration(since: $0.value) <= sensitiveMemory } ?? [:]
                state.types[type]?.sensitive = inForce.keys.sorted { $0.description < $1.description }
            }
        }
    }

    /// When a type was last offered.
    public func lastOffered(_ type: String) async throws -> Timestamp? {
        try access { $0.types[type]?.lastOfferedAt }
    }

    /// The workers that have not expired.
    public func workers(at now: Timestamp) async throws -> [WorkerRecord] {
        try access { state in
            state.readings += 1
            return state.workers.values.filter { $0.expiresAt > now }.sorted { $0.id < $1.id }
        }
    }

    /// All types.
    public func types() async throws -> [TypeRecord] {
        try access { state in
            state.readings += 1
            return state.types.values.sorted { $0.name < $1.name }
        }
    }

    /// Pauses a type.
    public func pause(_ type: String, _ pause: TypePause) async throws -> TypeRecord {
        try access { state in
            var record = state.types[type] ?? TypeRecord(type)
            record.pause = TypePause(at: record.pause?.at ?? pause.at, by: pause.by, reason: pause.reason)
            state.types[type] = record
            return record
        }
    }

    /// Ends a pause.
    public func resume(_ type: String) async throws -> TypeRecord? {
        try access { state in
            state.types[type]?.pause = nil
            return state.types[type]
        }
    }

    /// Changes limits.
    public func limit(_ type: String, rate: LimitChange, concurrency: LimitChange) async throws -> TypeRecord? {
        try access { state in
            let isSet = rate.isSet || concurrency.isSet
            guard var record = state.types[type] ?? (isSet ? TypeRecord(type) : nil) else { return nil }
            record.limits.rate = rate.applied(to: record.limits.rate)
            record.limits.concurrency = concurrency.applied(to: record.limits.concurrency)
            state.types[type] = record
            return record
        }
    }

    private func access<Result>(_ body: (inout sending State) throws -> sending Result) throws -> sending Result {
        try state.withLock { state in
            if let outage = state.outage { throw outage }
            return try body(&state)
        }
    }
}

extension InMemoryWorkerDirectory: APIDirectory {
    /// Notes that a process is there.
    public func announce(_ api: APIRecord) async throws {
        try access { $0.apis[api.id] = api.seenAt }
    }

    /// Notes that a process has ended.
    public func withdrawAPI(_ api: APIRecord) async throws {
        try access { $0.apis[api.id] = nil }
    }

    /// The processes that have not expired.
    public func apis(at now: Timestamp) async throws -> [APIRecord] {
        try access { state in
            state.apis.map { APIRecord(id: $0.key, seenAt: $0.value) }
                .filter { $0.expiresAt > now }
                .sorted { $0.id < $1.id }
        }
    }
}
