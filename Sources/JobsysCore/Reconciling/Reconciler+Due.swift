import JobsysTime
import Logging

extension Reconciler {
    /// Sends the messages of jobs whose time comes; answers whether there are more.
    func promoteDue(_ state: inout ReconcilerState) async throws -> Bool {
        let horizon = now() + Job.longestQueueDelay
        var waiting: Set<DueJob> = []
        var hasMore = false
        for shard in 0..<store.shards {
            let page = try await store.due(of: shard, through: horizon, upTo: options.pageSize)
            let instant = now()
            let known = page.filter { state.waiting.contains($0) && $0.at > instant }
            let fresh = page.filter { !known.contains($0) }
            waiting.formUnion(known)
            waiting.formUnion(try await promote(fresh, &state))
            hasMore = hasMore || (page.count == options.pageSize && !fresh.isEmpty)
        }
        state.waiting = waiting
        return hasMore
    }

    /// Deals with due jobs; answers those that stay.
    private func promote(_ page: [DueJob], _ state: inout ReconcilerState) async throws -> [DueJob] {
        guard !page.isEmpty else { return [] }
        let jobs = try await jobsByID(page.map(\.id))
        let instant = now()
        var stay: [DueJob] = []
        var leave: [(due: DueJob, job: Job, delay: Duration?)] = []
        for due in page {
            // One that is not there has left the table, and the index follows.
            guard let job = jobs[due.id] else { continue }
            switch Promotion(of: job, due: due, at: instant) {
            case .send(let delay): leave.append((due, job, delay))
            case .wait: stay.append(due)
            case .drop: leave.append((due, job, nil))
            }
        }
        let results = await leave.concurrentMap(limit: Self.callsAtOnce) { due, job, delay in
            await attempt { try await settle(due, of: job, sendingAfter: delay) }
        }
        for (promoted, result) in zip(leave, results) where promoted.delay != nil {
            if case .success = result { watch(promoted.job, in: &state) }
        }
        for result in results { try result.get() }
        return stay
    }

    /// Sends a job's message, if one is needed, and takes the job off the due ones.
    ///
    /// In this order: whoever dies in between leaves the job there, and its message is sent once more. The other way
    /// round it would be in no queue and in no index.
    private func settle(_ due: DueJob, of job: Job, sendingAfter delay: Duration?) async throws {
        if let delay {
            try await sender.send(job, trace: job.resumedTrace, after: delay)
            CrashPoint.afterPromotion.reached()
            meter.noteSent(for: .due)
            Logger.current.info("due job sent", metadata: job.logMetadata)
        }
        try await store.settle(due, of: job, at: now())
    }
}
