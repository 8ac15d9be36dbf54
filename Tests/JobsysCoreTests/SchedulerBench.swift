import JobsysTestKit
import JobsysTime

@testable import JobsysCore

/// What fires schedules, in memory, with a clock that a test moves; several may do so at once, each with a clock that is wrong
/// by so much.
struct SchedulerBench: Sendable {
    let clock = ManualClock(epoch: Timestamp("2026-11-29T02:00:00.000Z") ?? .sample)
    let schedules = InMemoryScheduleStore()
    let jobs = InMemoryJobStore()
    let queue: InMemoryJobQueue
    let editor: ScheduleEditor

    init() {
        let clock = clock
        queue = InMemoryJobQueue(clock: clock)
        editor = ScheduleEditor(
            store: schedules,
            submitter: JobSubmitter(store: jobs, queue: queue, now: { clock.timestamp }),
            now: { clock.timestamp }
        )
    }

    func scheduler(clockError: Duration = .zero, queue: (any JobSender)? = nil) -> Scheduler {
        let clock = clock
        let now: @Sendable () -> Timestamp = { clock.timestamp + clockError }
        return Scheduler(
            store: schedules,
            jobs: jobs,
            submitter: JobSubmitter(store: jobs, queue: queue ?? self.queue, now: now),
            now: now
        )
    }

    /// Makes or changes a schedule.
    @discardableResult
    func set(_ id: String, _ definition: ScheduleDefinition, isPaused: Bool? = nil) async throws -> Schedule {
        var document = try ScheduleDocument(["type": "transform", "every": "1m"])
        document.definition = definition
        document.isPaused = isPaused
        return try await editor.set(ScheduleKey(id: id), document).schedule
    }

    /// Makes or changes the schedule that most tests have.
    @discardableResult
    func set(_ definition: ScheduleDefinition) async throws -> Schedule {
        try await set("nightly", definition)
    }

    func schedule(_ id: String = "nightly") async throws -> Schedule? {
        try await schedules.schedule(ScheduleKey(id: id))
    }

    /// Lets time pass in steps of a second, with a round of each scheduler in every step.
    func pass(_ duration: Duration, _ schedulers: [Scheduler], _ states: inout [SchedulerState]) async throws {
        let end = clock.timestamp + duration
        while clock.timestamp < end {
            for index in schedulers.indices { _ = try await schedulers[index].round(&states[index]) }
            clock.advance(by: .seconds(1))
        }
        for index in schedulers.indices { _ = try await schedulers[index].round(&states[index]) }
    }

    /// Lets time pass with one scheduler that is new.
    func pass(_ duration: Duration) async throws {
        var states = [SchedulerState()]
        try await pass(duration, [scheduler()], &states)
    }

    /// The instants that jobs were made for, in their order, as minutes and seconds.
    var ticks: [String] {
        jobs.jobs.compactMap(\.tick?.at).sorted().map { String($0.description.dropFirst(11).prefix(8)) }
    }

    /// Ends the only job that is open.
    func finishJobs() {
        for var job in jobs.jobs where !job.status.isFinal {
            job.status = .succeeded
            jobs.put(job)
        }
    }
}
