import JobsysTime

extension Reconciler {
    /// Reads each job that is old enough, and has those watched that are not over; answers whether there are more.
    func scanTimeline(_ state: inout ReconcilerState) async throws -> Bool {
        let horizon = now() + (.zero - options.grace)
        var isComplete = true
        for shard in 0..<store.shards {
            isComplete = try await scan(shard, before: horizon, &state) && isComplete
        }
        return !isComplete && room(in: state) > 0
    }

    /// Scans one shard; answers whether no more can be done for now.
    private func scan(_ shard: Int, before horizon: Timestamp, _ state: inout ReconcilerState) async throws -> Bool {
        for _ in 0..<options.pagesPerRound {
            // Any job may turn out to be open, so no more are read than can be watched.
            makeRoom(in: &state)
            let limit = min(options.pageSize, room(in: state))
            guard limit > 0 else { return false }
            guard !state.isPaused(.records, at: now()) else { return true }
            let place = state.checkpoint.places[shard]
            let page = try await attempt(.timeline(shard: shard), &state) {
                try await store.timeline(of: shard, after: place, before: horizon, upTo: limit)
            }
            guard let page else { return true }
            try await watchOpenJobs(among: page.compactMap(\.id), &state)
            state.checkpoint.places[shard] = page.last ?? place
            guard page.count < limit else { continue }
            guard place.nextDay.createdAt <= horizon else { return true }
            state.checkpoint.places[shard] = place.nextDay
        }
        return false
    }

    /// Has jobs watched that are not over.
    ///
    /// One whose record was not read may be open: it is watched like the others, so that the scan can go on past it.
    private func watchOpenJobs(among ids: [JobID], _ state: inout ReconcilerState) async throws {
        let readings = try await records(ids, consistently: false, &state)
        let instant = now()
        for id in ids {
            switch readings[id] {
            case .job(let job): watch(job, in: &state)
            case .absent: break
            case .unreadable:
                state.checkpoint.watches[id] = .init(nextCheck: instant + options.grace)
                state.unreadable.insert(id)
            case nil:
                let retryTime = state.retryTime(of: .records, for: id, at: instant)
                state.checkpoint.watches[id] = .init(nextCheck: retryTime)
            }
        }
    }

    /// Has a job watched, unless it is over or too many are.
    func watch(_ job: Job, in state: inout ReconcilerState) {
        guard let since = job.runnableSince, room(in: state) > 0 else { return }
        state.checkpoint.watches[job.id] = .init(nextCheck: since + options.grace)
    }

    private func room(in state: ReconcilerState) -> Int {
        options.watchLimit - state.checkpoint.watches.count
    }

    /// Gives up the watched jobs that cannot be read, if they are in the way of others.
    private func makeRoom(in state: inout ReconcilerState) {
        guard room(in: state) <= 0 else { return }
        for id in state.unreadable { state.checkpoint.watches[id] = nil }
        state.unreadable = []
    }
}
