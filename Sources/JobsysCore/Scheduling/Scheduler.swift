public import JobsysCron
public import JobsysTime
import Logging

/// Fires schedules: gives each tick its job, once.
///
/// A tick is decided on by one conditional write to its schedule, and then gets a job whose id the tick tells; a note says
/// that the job may not be there yet, until it is. So whoever dies in between leaves the rest to others, and several may do
/// this at once, of which one decides. What fails with one schedule is tried again after a pause, while all others go on.
public struct Scheduler: Sendable {
    let store: any ScheduleStore
    let jobs: any JobStore
    let submitter: JobSubmitter
    let zones: TimeZoneDatabase
    let meter: SchedulerMeter
    let now: @Sendable () -> Timestamp

    /// Makes a scheduler.
    ///
    /// - Parameters:
    ///   - store: The schedules.
    ///   - jobs: Tells which runs are over.
    ///   - submitter: Makes the jobs.
    ///   - zones: The time zones.
    ///   - meter: Is told of every tick.
    ///   - now: The wall clock.
    public init(
        store: any ScheduleStore,
        jobs: any JobStore,
        submitter: JobSubmitter,
        zones: TimeZoneDatabase = .system,
        meter: SchedulerMeter = SchedulerMeter(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.store = store
        self.jobs = jobs
        self.submitter = submitter
        self.zones = zones
        self.meter = meter
        self.now = now
    }

    /// Fires what is due; answers when there will be something to do, which is within ``refreshInterval``.
    ///
    /// - Throws: `CancellationError` alone.
    public func round(_ state: inout SchedulerState) async throws -> Timestamp {
        try await refresh(&state)
        let instant = now()
        let due = state.entries.values.filter { $0.dueAt.map { $0 <= instant } ?? false }
            .sorted { ($0.dueAt ?? instant, $0.schedule.key.id) < ($1.dueAt ?? instant, $1.schedule.key.id) }
        let worked = await due.concurrentMap(limit: Self.schedulesAtOnce) { entry in await work(entry) }
        try Task.checkCancellation()
        for entry in worked { state.entries[entry.schedule.key] = entry.isGone ? nil : entry }
        return min(state.refreshAt, state.entries.values.compactMap(\.dueAt).min() ?? state.refreshAt)
    }

    /// Reads the schedules, if somebody has changed one, or has not said so.
    private func refresh(_ state: inout SchedulerState) async throws {
        let instant = now()
        guard state.refreshAt <= instant else { return }
        state.refreshAt = instant + Self.refreshInterval
        do {
            let changes = try await store.changeCount()
            // A list may lag behind a change that is known already.
            if changes != state.changes { state.listings = 3 }
            state.changes = changes
            if state.listings > 0 || state.listedAt + Self.listInterval <= instant {
                list(try await store.schedules(of: nil), &state)
                state.listings = max(0, state.listings - 1)
                state.listedAt = instant
            }
            if state.failures > 0 { Logger.current.notice("schedules can be read again") }
            state.failures = 0
        } catch {
            try Task.checkCancellation()
            state.failures += 1
            meter.noteFailure()
            Logger.current.log(
                level: state.failures == 1 ? .warning : .debug,
                "schedules cannot be read: those that were read last go on",
                metadata: ["error.message": "\(error)"]
            )
        }
    }

    /// Takes over what a list says, unless something newer is known.
    private func list(_ schedules: [Schedule], _ state: inout SchedulerState) {
        var entries: [ScheduleKey: SchedulerEntry] = [:]
        for schedule in schedules {
            let known = state.entries[schedule.key]
            if let known, known.schedule.revision >= schedule.revision {
                entries[schedule.key] = known
            } else {
                entries[schedule.key] = entry(schedule)
            }
        }
        state.entries = entries
    }

    /// What is known of a schedule that was just read.
    func entry(_ schedule: Schedule) -> SchedulerEntry {
        do {
            return SchedulerEntry(
                schedule: schedule,
                recurrence: try schedule.definition.recurrence(zones),
                dueAt: now()
            )
        } catch {
            meter.noteFailure()
            Logger.current.warning(
                "schedule cannot fire: it goes on when it is changed, or this machine",
                metadata: schedule.logMetadata.merging(["error.message": "\(error.description)"]) { $1 }
            )
            return SchedulerEntry(schedule: schedule, recurrence: nil, dueAt: nil)
        }
    }

    /// How often it is asked whether somebody has changed a schedule.
    public static let refreshInterval = Duration.seconds(5)
    /// How often all schedules are read though nobody says that there was a change.
    static let listInterval = Duration.seconds(300)
    /// How many schedules are worked on at once.
    private static let schedulesAtOnce = 10
}

/// What is known of the schedules while somebody fires them.
public struct SchedulerState: Sendable {
    var entries: [ScheduleKey: SchedulerEntry] = [:]
    var changes: Int?
    /// How many more times all of them are read.
    var listings = 0
    var listedAt = Timestamp.earliest
    var refreshAt = Timestamp.earliest
    var failures = 0

    /// Makes the state of who knows none yet.
    public init() {}
}

/// What is known of one schedule.
struct SchedulerEntry: Sendable {
    var schedule: Schedule
    /// Its ticks; nil if they cannot be told.
    var recurrence: Recurrence?
    /// When there is something to do; nil for never.
    var dueAt: Timestamp?
    /// How often in a row that has failed.
    var failures = 0
    /// Whether somebody has removed it.
    var isGone = false
}

extension Schedule {
    /// What every log line about the schedule says.
    var logMetadata: Logger.Metadata {
        ["schedule.id": "\(key.id)", "tenant": "\(key.tenant)", "job.type": "\(definition.type)"]
    }
}
