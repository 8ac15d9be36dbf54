import JobsysTime
import Logging

extension Reconciler {
    /// Sends the messages of jobs whose time comes; answers whether there are more.
    func promoteDue(_ state: inout ReconcilerState) async throws -> Bool {
        let horizon = now() + Job.longestMessageDelay
        var hasMore = false
        for shard in 0..<store.shards {
            hasMore = try await promoteDue(of: shard, through: horizon, &state) || hasMore
        }
        return hasMore
    }

    /// Reads the due jobs of a shard, up to a number of pages; answers whether there are more.
    ///
    /// Those that stay are passed by, however many they are, so that they keep none of the others waiting.
    private func promoteDue(
        of shard: Int,
        through horizon: Timestamp,
        _ state: inout ReconcilerState
    ) async throws -> Bool {
        for _ in 0..<options.pagesPerRound {
            let position = state.dueScans[shard].position
            let page = try await attempt(.due(shard: shard), &state) {
                try await store.due(of: shard, after: position, through: horizon, upTo: options.pageSize)
            }
            guard let page else { return false }
            let instant = now()
            var open: [DueJob] = []
            for due in page {
                if let checkTime = state.dueScans[shard].checkTime(of: due, at: instant) {
                    state.dueScans[shard].postpone(due, until: checkTime)
                } else {
                    open.append(due)
                }
            }
            try await promote(open, of: shard, &state)
            state.dueScans[shard].move(behind: page.last)
            guard page.count == options.pageSize else {
                state.dueScans[shard].startOver()
                return false
            }
        }
        return true
    }

    /// A due job that is to leave the due ones.
    private struct Leaving: Sendable {
        var due: DueJob
        var job: Job
        /// The delay with which its message is sent before; nil if none is needed.
        var delay: Duration?
    }

    /// Deals with due jobs, and puts off those that stay.
    private func promote(_ page: [DueJob], of shard: Int, _ state: inout ReconcilerState) async throws {
        guard !page.isEmpty else { return }
        let readings = try await records(page.map(\.id), consistently: true, &state)
        let instant = now()
        var leaving: [Leaving] = []
        for due in page {
            switch readings[due.id] {
            case nil:
                let retryTime = state.retryTime(of: .records, for: due.id, at: instant)
                state.dueScans[shard].postpone(due, until: retryTime)
            case .absent, .unreadable:
                // The index follows a record that has left; one that cannot be read may be mended.
                state.dueScans[shard].postpone(due, until: instant + options.pauses.limit)
            case .job(let job):
                switch Promotion(of: job, due: due, at: instant) {
                case .send(let delay): leaving.append(Leaving(due: due, job: job, delay: delay))
                case .wait: state.dueScans[shard].postpone(due, until: due.at)
                case .drop: leaving.append(Leaving(due: due, job: job, delay: nil))
                }
            }
        }
        for queue in ReconcilerPart.MessageQueue.allCases {
            let own = leaving.filter { $0.delay != nil && .init(of: $0.job) == queue }
            try await send(own, to: queue, of: shard, &state)
        }
        let unneeded = leaving.filter { $0.delay == nil }
        let rest = try await workThrough(unneeded, needing: [.settling], &state) { chunk, state in
            try await settle(chunk, of: shard, &state)
        }
        postpone(rest, of: shard, for: [.settling], &state)
    }

    /// Sends jobs' messages, and then takes the jobs off the due ones.
    ///
    /// In this order: whoever dies in between leaves the job there, and its message is sent once more. The other way
    /// round it would be in no queue and in no index. While jobs cannot be taken off, none is sent: that would be
    /// repeated every time.
    private func send(
        _ jobs: [Leaving],
        to queue: ReconcilerPart.MessageQueue,
        of shard: Int,
        _ state: inout ReconcilerState
    ) async throws {
        let parts: [ReconcilerPart] = [.sending(queue), .settling]
        let rest = try await workThrough(jobs, needing: parts, &state) { chunk, state in
            let delays = Dictionary(chunk.map { ($0.job.id, $0.delay ?? .zero) }) { first, _ in first }
            let sent = try await attempt(.sending(queue), for: chunk.map(\.job), &state) { job in
                try await sender.send(job, trace: job.resumedTrace, after: delays[job.id] ?? .zero)
                CrashPoint.afterPromotion.reached()
                meter.noteSent(for: .due)
                Logger.current.info("due job sent", metadata: job.logMetadata)
            }
            for leaving in chunk where sent.contains(leaving.job.id) { watch(leaving.job, in: &state) }
            postpone(chunk.filter { !sent.contains($0.job.id) }, of: shard, for: [.sending(queue)], &state)
            try await settle(chunk.filter { sent.contains($0.job.id) }, of: shard, &state)
        }
        postpone(rest, of: shard, for: parts, &state)
    }

    /// Takes jobs off the due ones.
    private func settle(_ jobs: [Leaving], of shard: Int, _ state: inout ReconcilerState) async throws {
        let dues = Dictionary(jobs.map { ($0.job.id, $0.due) }) { first, _ in first }
        let settled = try await attempt(.settling, for: jobs.map(\.job), &state) { job in
            guard let due = dues[job.id] else { return }
            try await store.settle(due, of: job, at: now())
        }
        postpone(jobs.filter { !settled.contains($0.job.id) }, of: shard, for: [.settling], &state)
    }

    /// Puts jobs off until parts may be tried again for them.
    private func postpone(
        _ jobs: [Leaving],
        of shard: Int,
        for parts: [ReconcilerPart],
        _ state: inout ReconcilerState
    ) {
        let instant = now()
        for job in jobs {
            let retryTime = parts.map { state.retryTime(of: $0, for: job.job.id, at: instant) }.max() ?? instant
            state.dueScans[shard].postpone(job.due, until: retryTime)
        }
    }
}

/// What is done with a job that is among the due ones.
enum Promotion: Sendable, Hashable {
    /// Its message is sent with this delay, and then it is taken off them.
    case send(after: Duration)
    /// It stays among them: its time has not come.
    case wait
    /// It is taken off them: its message was received, or none is needed any more.
    case drop

    /// Decides, by the job as it is.
    ///
    /// A queue can keep the message of a scheduled job until its start, unless the queue is an ordered one. One that
    /// was started anew has its message already if all went well, so it waits for the time at which somebody else
    /// should have taken it.
    init(of job: Job, due: DueJob, at now: Timestamp) {
        switch job.status {
        case .scheduled:
            let delay = max(.zero, (job.runAt ?? due.at).duration(since: now))
            let limit: Duration = job.orderingKey == nil ? Job.longestMessageDelay : .zero
            self = delay <= limit ? .send(after: delay) : .wait
        case .pending:
            self = due.at <= now ? .send(after: .zero) : .wait
        case .waiting, .running, .retrying, .succeeded, .failedFinal, .cancelled:
            self = .drop
        }
    }
}
