import JobsysTime

extension Reconciler {
    /// Makes a call, unless its part is paused; nil if it is, or if the call fails.
    func attempt<Result: Sendable>(
        _ part: ReconcilerPart,
        _ state: inout ReconcilerState,
        _ call: () async throws -> Result
    ) async throws -> Result? {
        guard !state.isPaused(part, at: now()) else { return nil }
        do {
            let result = try await call()
            state.noteSuccess(of: part)
            return result
        } catch {
            try Task.checkCancellation()
            state.noteFailure(of: part, error, at: now())
            return nil
        }
    }

    /// Makes a call for each of some jobs, side by side; answers for which of them it went well.
    func attempt(
        _ part: ReconcilerPart,
        for jobs: [Job],
        _ state: inout ReconcilerState,
        _ call: @escaping @Sendable (Job) async throws -> Void
    ) async throws -> Set<JobID> {
        let results = await jobs.concurrentMap(limit: Self.callsAtOnce) { job in
            do {
                try await call(job)
                return (job.id, (any Error)?.none)
            } catch {
                return (job.id, error)
            }
        }
        let succeeded = Set(results.filter { $0.1 == nil }.map(\.0))
        let failed = results.compactMap { id, error in error.map { (id: id, error: $0) } }
        if !failed.isEmpty { try Task.checkCancellation() }
        state.note(part, succeeded: succeeded, failed: failed, at: now())
        return succeeded
    }

    /// Works through jobs, some at a time, until a part that this needs is paused; answers those that are left then.
    func workThrough<Item>(
        _ items: [Item],
        needing parts: [ReconcilerPart],
        _ state: inout ReconcilerState,
        _ work: ([Item], inout ReconcilerState) async throws -> Void
    ) async throws -> [Item] {
        var rest = items[...]
        while !rest.isEmpty {
            let instant = now()
            guard !parts.contains(where: { state.isPaused($0, at: instant) }) else { break }
            // One is enough to see whether it goes well again.
            let chunk = rest.prefix(parts.contains { state.isFailing($0) } ? 1 : Self.callsAtOnce)
            rest = rest.dropFirst(chunk.count)
            try await work(Array(chunk), &state)
        }
        return Array(rest)
    }

    /// What is known of a record after it was asked for.
    enum RecordReading: Sendable {
        case job(Job)
        case unreadable
        case absent
    }

    /// Reads records, by their ids; those for which that failed, or was not tried because it is paused, are left out.
    ///
    /// Records that were in a page that failed are asked for in ever smaller ones, so that in the end the one that made
    /// it fail is alone.
    func records(
        _ ids: [JobID],
        consistently: Bool,
        _ state: inout ReconcilerState
    ) async throws -> [JobID: RecordReading] {
        var readings: [JobID: RecordReading] = [:]
        let groups = Dictionary(grouping: ids) { state.failures(of: .records, for: $0) }
        for (failures, group) in groups.sorted(by: { $0.key < $1.key }) {
            let size = max(1, min(group.count, options.pageSize) >> failures)
            for start in stride(from: 0, to: group.count, by: size) {
                let page = Array(group[start..<min(start + size, group.count)])
                guard !state.isPaused(.records, at: now()) else { return readings }
                do {
                    let records = try await store.jobs(page, consistently: consistently)
                    state.note(.records, succeeded: page, failed: [], at: now())
                    for id in page { readings[id] = .absent }
                    for id in records.unreadable { readings[id] = .unreadable }
                    for job in records.jobs { readings[job.id] = .job(job) }
                } catch {
                    try Task.checkCancellation()
                    state.note(.records, succeeded: [], failed: page.map { ($0, error) }, at: now())
                }
            }
        }
        return readings
    }

    /// How many calls are under way at once.
    static let callsAtOnce = 10
}
