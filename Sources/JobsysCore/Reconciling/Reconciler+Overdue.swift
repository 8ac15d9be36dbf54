import JobsysTime
import Logging

extension Reconciler {
    /// Checks the watched jobs whose next check has come, and sends those again that are overdue and in no queue.
    func checkWatched(_ state: inout ReconcilerState) async throws {
        let instant = now()
        let ids = state.checkpoint.watches.filter { $0.value.nextCheck <= instant }
            .sorted { $0.value.nextCheck < $1.value.nextCheck }
            .map(\.key)
        // One of each queue for all pages: what is sent on the way must not pass for a backlog.
        var snapshots: [ReconcilerPart.MessageQueue: QueueSnapshot] = [:]
        for start in stride(from: 0, to: ids.count, by: options.pageSize) {
            let page = Array(ids[start..<min(start + options.pageSize, ids.count)])
            let lost = try await lostJobs(among: page, &snapshots, &state)
            for queue in ReconcilerPart.MessageQueue.allCases {
                try await sendAgain(lost.filter { .init(of: $0.job) == queue }, to: queue, &state)
            }
        }
    }

    /// A job that no queue has a message of.
    private struct LostJob: Sendable {
        var job: Job
        /// From when on it counted as overdue.
        var overdueAt: Timestamp
    }

    /// Finds the lost ones among watched jobs, and says when to check the others next.
    private func lostJobs(
        among ids: [JobID],
        _ snapshots: inout [ReconcilerPart.MessageQueue: QueueSnapshot],
        _ state: inout ReconcilerState
    ) async throws -> [LostJob] {
        let readings = try await records(ids, consistently: true, &state)
        let instant = now()
        var lost: [LostJob] = []
        for id in ids {
            switch readings[id] {
            case nil:
                postponeCheck(of: id, untilRetryOf: .records, &state)
            case .unreadable:
                state.unreadable.insert(id)
                keepWatching(id, overdueAt: instant, at: instant, &state)
            case .absent:
                stopWatching(id, &state)
            case .job(let job):
                state.unreadable.remove(id)
                guard let since = job.runnableSince else {
                    stopWatching(id, &state)
                    continue
                }
                let overdueAt = since + options.grace
                guard overdueAt <= instant else {
                    keepWatching(id, overdueAt: overdueAt, at: instant, &state)
                    continue
                }
                let queue = ReconcilerPart.MessageQueue(of: job)
                guard let snapshot = try await snapshot(of: queue, &snapshots, &state) else {
                    postponeCheck(of: id, untilRetryOf: .depth(queue), &state)
                    continue
                }
                var isLost = !snapshot.canHoldMessage(runnableSince: since, margin: options.margin)
                if isLost { isLost = await isOffered(job.type) }
                if isLost {
                    lost.append(LostJob(job: job, overdueAt: overdueAt))
                } else {
                    keepWatching(id, overdueAt: overdueAt, at: instant, &state)
                }
            }
        }
        return lost
    }

    /// What is known of a queue in this round; nil if it cannot be asked.
    private func snapshot(
        of queue: ReconcilerPart.MessageQueue,
        _ snapshots: inout [ReconcilerPart.MessageQueue: QueueSnapshot],
        _ state: inout ReconcilerState
    ) async throws -> QueueSnapshot? {
        if let snapshot = snapshots[queue] { return snapshot }
        let source = queue == .ordered ? orderedBacklog ?? backlog : backlog
        guard let depth = try await attempt(.depth(queue), &state, { try await source.depth() }) else { return nil }
        let snapshot = QueueSnapshot(
            waiting: depth.waiting,
            oldestReceipt: queue == .ordered ? nil : oldestReceipt()
        )
        snapshots[queue] = snapshot
        return snapshot
    }

    /// Sends the messages of lost jobs.
    private func sendAgain(
        _ lost: [LostJob],
        to queue: ReconcilerPart.MessageQueue,
        _ state: inout ReconcilerState
    ) async throws {
        let rest = try await workThrough(lost, needing: [.sending(queue)], &state) { chunk, state in
            let sent = try await attempt(.sending(queue), for: chunk.map(\.job), &state) { job in
                try await sender.sendAgain(job, trace: job.resumedTrace)
                meter.noteSent(for: .lost)
                Logger.current.notice("lost job sent again", metadata: job.logMetadata)
            }
            let instant = now()
            for lost in chunk {
                if sent.contains(lost.job.id) {
                    keepWatching(lost.job.id, overdueAt: lost.overdueAt, at: instant, &state)
                } else {
                    postponeCheck(of: lost.job.id, untilRetryOf: .sending(queue), &state)
                }
            }
        }
        for lost in rest { postponeCheck(of: lost.job.id, untilRetryOf: .sending(queue), &state) }
    }

    /// Has a job checked again when it would be overdue, and less often each time.
    private func keepWatching(
        _ id: JobID,
        overdueAt: Timestamp,
        at now: Timestamp,
        _ state: inout ReconcilerState
    ) {
        guard var watch = state.checkpoint.watches[id] else { return }
        watch.checks += 1
        watch.nextCheck = max(overdueAt, now + options.checkPauses.bound(afterAttempt: watch.checks))
        state.checkpoint.watches[id] = watch
    }

    /// Has a job checked again when what failed may be tried again; this check does not count.
    private func postponeCheck(of id: JobID, untilRetryOf part: ReconcilerPart, _ state: inout ReconcilerState) {
        let retryTime = state.retryTime(of: part, for: id, at: now())
        state.checkpoint.watches[id]?.nextCheck = retryTime
    }

    private func stopWatching(_ id: JobID, _ state: inout ReconcilerState) {
        state.checkpoint.watches[id] = nil
        state.unreadable.remove(id)
    }
}
