import JobsysObservability
import JobsysTime
import Logging

extension Scheduler {
    /// Does what a schedule's time asks for, up to a bound, and says when there is more to do.
    func work(_ entry: SchedulerEntry) async -> SchedulerEntry {
        var entry = entry
        do {
            for _ in 0..<Self.stepsAtOnce {
                guard try await step(&entry) else { break }
            }
            entry.failures = 0
        } catch {
            guard !Task.isCancelled else { return entry }
            entry.failures += 1
            entry.dueAt = now() + Self.pauses.bound(afterAttempt: entry.failures)
            meter.noteFailure()
            Logger.current.log(
                level: entry.failures == 1 ? .warning : .debug,
                "schedule put off because something failed",
                metadata: entry.schedule.logMetadata.merging(["error.message": "\(error)"]) { $1 }
            )
        }
        return entry
    }

    /// Makes one step; answers whether there may be another at once.
    private func step(_ entry: inout SchedulerEntry) async throws -> Bool {
        let schedule = entry.schedule
        var state = schedule.state
        if let tick = state.firing {
            try await createJob(of: tick, schedule)
            state.firing = nil
            return try await advance(&entry, to: state)
        }
        guard let recurrence = entry.recurrence, !schedule.isPaused else {
            entry.dueAt = nil
            return false
        }
        if let tick = state.buffered, try await isLastRunOver(schedule) {
            state.buffered = nil
            state.fire(tick)
            return try await advance(&entry, to: state)
        }
        switch schedule.step(recurrence, at: now()) {
        case .wait(let instant):
            // Whether a run is over is asked again and again while a tick waits for it.
            let check = state.buffered.map { _ in now() + Self.refreshInterval }
            entry.dueAt = [instant, check].compactMap(\.self).min()
            return false
        case .miss(let count, let tick):
            state.cursor = tick
            return try await advance(&entry, to: state, missed: count)
        case .fire(let tick, let missed):
            state.cursor = tick
            if schedule.definition.overlap == .allow {
                state.fire(tick)
            } else if try await isLastRunOver(schedule) {
                state.fire(tick)
            } else if schedule.definition.overlap == .buffer, state.buffered == nil {
                state.buffered = tick
            } else {
                state.skipped += 1
                meter.noteSkipped()
                Logger.current.info("tick skipped: the run before it goes on", metadata: schedule.logMetadata)
            }
            return try await advance(&entry, to: state, missed: missed)
        }
    }

    /// Writes a step; if somebody else has written meanwhile, what they wrote is read instead.
    private func advance(_ entry: inout SchedulerEntry, to state: ScheduleState, missed: Int = 0) async throws -> Bool {
        let schedule = entry.schedule
        var state = state
        state.missed += missed
        guard try await store.advance(schedule.key, to: state, from: schedule.revision) else {
            if let current = try await store.schedule(schedule.key) {
                entry = self.entry(current)
            } else {
                entry.isGone = true
            }
            return false
        }
        entry.schedule.state = state
        entry.schedule.revision += 1
        if missed > 0 {
            meter.noteMissed(missed)
            Logger.current.warning(
                "ticks of a schedule were missed",
                metadata: schedule.logMetadata.merging(
                    ["schedule.missed": "\(missed)", "schedule.through": "\(state.cursor)"]
                ) { $1 }
            )
        }
        return true
    }

    /// Makes the job of a tick, or finds it and sends its message again if nobody has started it.
    private func createJob(of tick: Timestamp, _ schedule: Schedule) async throws {
        let tick = ScheduleTick(scheduleID: schedule.key.id, at: tick)
        let submission = schedule.definition.submission(for: schedule.key, tick)
        let id = JobID(tenant: schedule.key.tenant, tick: tick)
        // A job of an earlier definition of the schedule is the tick's job, too.
        if case .accepted = try await submitter.submit(submission, trace: .new(), as: id) {
            meter.noteFired()
            Logger.current.info(
                "tick fired",
                metadata: schedule.logMetadata.merging(["jobId": "\(id)", "schedule.tick": "\(tick.at)"]) { $1 }
            )
        }
    }

    /// Whether the job of the last tick that got one is over, or not there any more.
    private func isLastRunOver(_ schedule: Schedule) async throws -> Bool {
        guard let tick = schedule.state.lastTick else { return true }
        let id = JobID(tenant: schedule.key.tenant, tick: ScheduleTick(scheduleID: schedule.key.id, at: tick))
        do {
            return try await jobs.job(id)?.status.isFinal ?? true
        } catch let error as UnreadableRecord where !error.isNewer {
            // Nobody will run it any more.
            return true
        }
    }

    /// How many steps of a schedule are made before others have their turn: a tick takes two.
    private static let stepsAtOnce = 20
    private static let pauses = Backoff(base: .seconds(5), limit: .seconds(60))
}

extension ScheduleState {
    /// Decides that a tick gets a job.
    fileprivate mutating func fire(_ tick: Timestamp) {
        firing = tick
        lastTick = tick
    }
}

extension ScheduleDefinition {
    /// The job that a tick asks for.
    func submission(for key: ScheduleKey, _ tick: ScheduleTick, idempotencyKey: String? = nil) -> Submission {
        var submission = Submission(
            tenant: key.tenant,
            type: type,
            payload: payload,
            maxAttempts: maxAttempts,
            idempotencyKey: idempotencyKey,
            orderingKey: orderingKey
        )
        submission.tick = tick
        return submission
    }
}
