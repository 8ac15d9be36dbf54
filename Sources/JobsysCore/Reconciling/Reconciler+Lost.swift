import JobsysTime
import Logging

extension Reconciler {
    /// Looks at each job that has come of age, and has those watched that are not over; answers whether there are more.
    func walk(_ state: inout ReconcilerState) async throws -> Bool {
        let horizon = now() + (.zero - options.grace)
        var isComplete = true
        for shard in 0..<store.shards {
            isComplete = try await walk(shard, before: horizon, &state) && isComplete
        }
        return !isComplete && state.checkpoint.watches.count < options.watchLimit
    }

    /// Walks one shard; answers whether its end was reached.
    private func walk(_ shard: Int, before horizon: Timestamp, _ state: inout ReconcilerState) async throws -> Bool {
        for _ in 0..<options.pagesPerRound {
            // Any job may turn out to be open, so no more are looked at than can be watched.
            let limit = min(options.pageSize, options.watchLimit - state.checkpoint.watches.count)
            guard limit > 0 else { return false }
            let place = state.checkpoint.places[shard]
            let page = try await store.timeline(of: shard, after: place, before: horizon, upTo: limit)
            let jobs = try await store.jobs(page.compactMap(\.id), consistently: false)
            for job in jobs { watch(job, in: &state) }
            state.checkpoint.places[shard] = page.last ?? place
            guard page.count < limit else { continue }
            guard place.nextDay.createdAt <= horizon else { return true }
            state.checkpoint.places[shard] = place.nextDay
        }
        return false
    }

    /// Has a job watched, unless it is over or too many are.
    func watch(_ job: Job, in state: inout ReconcilerState) {
        guard let since = job.awaitedSince, state.checkpoint.watches.count < options.watchLimit else { return }
        state.checkpoint.watches[job.id] = .init(nextLook: since + options.grace)
    }

    /// Looks at the watched jobs whose next look has come, and sends those again that are late and in no queue.
    func lookAgain(_ state: inout ReconcilerState) async throws {
        let instant = now()
        let ids = state.checkpoint.watches.filter { $0.value.nextLook <= instant }
            .sorted { $0.value.nextLook < $1.value.nextLook }
            .map(\.key)
        // One for all: what is sent on the way must not pass for a backlog.
        var sight: QueueSight?
        for start in stride(from: 0, to: ids.count, by: options.pageSize) {
            let page = Array(ids[start..<min(start + options.pageSize, ids.count)])
            try await look(at: page, sight: &sight, &state)
        }
    }

    private func look(at ids: [JobID], sight: inout QueueSight?, _ state: inout ReconcilerState) async throws {
        let jobs = try await jobsByID(ids)
        let instant = now()
        var lost: [(job: Job, late: Timestamp)] = []
        for id in ids {
            guard let job = jobs[id], let since = job.awaitedSince else {
                state.checkpoint.watches[id] = nil
                continue
            }
            let late = since + options.grace
            if late <= instant, try await isLost(job, awaitedSince: since, sight: &sight) {
                lost.append((job, late))
            } else {
                keepWatching(id, late: late, at: instant, &state)
            }
        }
        let results = await lost.concurrentMap(limit: Self.callsAtOnce) { job, _ in
            await attempt { try await sender.sendAgain(job, trace: job.resumedTrace) }
        }
        for ((job, late), result) in zip(lost, results) {
            guard case .success = result else { continue }
            keepWatching(job.id, late: late, at: instant, &state)
            meter.noteSent(for: .lost)
            Logger.current.notice("lost job sent again", metadata: job.logMetadata)
        }
        for result in results { try result.get() }
    }

    /// Whether no queue can hold a job's message; looks at the queues if that was not done yet.
    private func isLost(_ job: Job, awaitedSince since: Timestamp, sight: inout QueueSight?) async throws -> Bool {
        let queues: QueueSight
        if let sight {
            queues = sight
        } else {
            queues = try await lookAtQueues()
            sight = queues
        }
        return !queues.canHold(job, awaitedSince: since, margin: options.margin)
    }

    private func lookAtQueues() async throws -> QueueSight {
        let waiting = try await backlog.depth().waiting
        let orderedWaiting = try await orderedBacklog?.depth().waiting ?? waiting
        return QueueSight(waiting: waiting, orderedWaiting: orderedWaiting, oldestReceipt: oldestReceipt())
    }

    /// Looks again when the job would be late, and ever more seldom.
    private func keepWatching(_ id: JobID, late: Timestamp, at now: Timestamp, _ state: inout ReconcilerState) {
        guard var watch = state.checkpoint.watches[id] else { return }
        watch.looks += 1
        watch.nextLook = max(late, now + options.looks.bound(afterAttempt: watch.looks))
        state.checkpoint.watches[id] = watch
    }
}
