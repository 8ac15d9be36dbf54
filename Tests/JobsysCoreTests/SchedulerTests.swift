import JobsysCron
import JobsysObservability
import JobsysTestKit
import JobsysTime
import Logging
import Testing

@testable import JobsysCore

@Suite("What fires schedules", .quietLog, .timeLimit(.minutes(1)))
struct SchedulerTests {
    private let bench = SchedulerBench()
    private let outage = DependencyError(dependency: "store", code: "TimedOut", message: "no answer", isTransient: true)

    private func every(
        _ interval: String = "1m",
        missed: MissedTicks = .latest,
        overlap: OverlapPolicy = .allow
    ) -> ScheduleDefinition {
        ScheduleDefinition(
            type: "transform",
            payload: ["text": "tick"],
            timing: .every(interval),
            missed: missed,
            overlap: overlap
        )
    }

    @Test("gives each tick its job, and the job says which tick it is for")
    func fires() async throws {
        try await bench.set(every())
        try await bench.pass(.seconds(185))
        #expect(bench.ticks == ["02:01:00", "02:02:00", "02:03:00"])
        let job = try #require(bench.jobs.jobs.first { $0.tick?.at.description.contains("02:01:00") == true })
        #expect(job.id == JobID(tenant: "default", tick: try #require(job.tick)))
        #expect(job.tick?.scheduleID == "nightly" && job.payload == ["text": "tick"] && job.type == "transform")
        #expect(bench.queue.bodies.count == 3)
        let state = try #require(try await bench.schedule()).state
        #expect(state.firing == nil && state.missed == 0 && state.lastTick == state.cursor)
    }

    @Test(
        "gives a tick one job however many fire it, with clocks that are wrong by 30 seconds, or come back after an hour"
    )
    func several() async throws {
        try await bench.set(every())
        let schedulers = [
            bench.scheduler(), bench.scheduler(clockError: .seconds(30)), bench.scheduler(clockError: .seconds(-30)),
        ]
        var states = schedulers.map { _ in SchedulerState() }
        try await bench.pass(.seconds(300), schedulers, &states)
        let stale = states[0]
        // One is not there for an hour, and then goes by what it knew.
        var others = Array(states[1...])
        try await bench.pass(.seconds(3600), Array(schedulers[1...]), &others)
        states = [stale] + others
        try await bench.pass(.seconds(300), schedulers, &states)
        // The one whose clock is ahead has fired one that is still to come for the others.
        let minutes = Set(bench.jobs.jobs.compactMap(\.tick?.at))
        #expect(bench.jobs.jobs.count == minutes.count)
        #expect(minutes.count == 70)
        #expect(bench.queue.bodies.count >= 70)
        #expect(try #require(try await bench.schedule()).state.missed == 0)
    }

    @Test("of those who fire a tick at once, one does")
    func atOnce() async throws {
        try await bench.set(every())
        let schedulers = (0..<8).map { _ in bench.scheduler() }
        bench.clock.advance(by: .seconds(60))
        await withTaskGroup { group in
            for scheduler in schedulers {
                group.addTask {
                    var state = SchedulerState()
                    for _ in 0..<5 { _ = try? await scheduler.round(&state) }  // No round throws.
                }
            }
        }
        #expect(bench.ticks == ["02:01:00"])
        #expect(try await bench.schedule()?.state.firing == nil)
    }

    @Test("has another finish what was begun, wherever the one before died", arguments: [0, 1, 2])
    func dies(callsDone: Int) async throws {
        try await bench.set(every())
        bench.clock.advance(by: .seconds(60))
        let dying = bench.scheduler(queue: callsDone == 0 ? BrokenSender() : nil)
        if callsDone == 2 {
            // The job and its message are there, and the note that they may not be stays.
            var state = SchedulerState()
            _ = try await dying.round(&state)
            var schedule = try #require(try await bench.schedule())
            schedule.state.firing = schedule.state.lastTick
            #expect(try await bench.schedules.advance(schedule.key, to: schedule.state, from: schedule.revision))
        } else if callsDone == 1 {
            // It was decided, and nothing done.
            var schedule = try #require(try await bench.schedule())
            schedule.state.cursor = bench.clock.timestamp
            schedule.state.firing = bench.clock.timestamp
            schedule.state.lastTick = bench.clock.timestamp
            #expect(try await bench.schedules.advance(schedule.key, to: schedule.state, from: schedule.revision))
        } else {
            // The record is there, and its message is not.
            var state = SchedulerState()
            _ = try await dying.round(&state)
            #expect(bench.queue.bodies.isEmpty)
        }
        try await bench.pass(.seconds(30))
        #expect(bench.ticks == ["02:01:00"])
        #expect(!bench.queue.bodies.isEmpty)
        #expect(try await bench.schedule()?.state.firing == nil)
    }

    @Test("fires the latest of those that nobody fired for an hour, and says how many were missed")
    func missed() async throws {
        try await bench.set(every("10m"))
        try await bench.set("none", every("10m", missed: .none))
        try await bench.set("all", every("10m", missed: .all))
        bench.clock.advance(by: .seconds(3570))
        try await bench.pass(.seconds(5))
        var ids = Dictionary(grouping: bench.jobs.jobs.compactMap(\.tick), by: \.scheduleID).mapValues(\.count)
        #expect(ids == ["nightly": 1, "all": 5])
        #expect(try await bench.schedule()?.state.missed == 4)
        #expect(try await bench.schedule("none")?.state.missed == 5)
        #expect(try await bench.schedule("all")?.state.missed == 0)
        try await bench.pass(.seconds(60))
        ids = Dictionary(grouping: bench.jobs.jobs.compactMap(\.tick), by: \.scheduleID).mapValues(\.count)
        #expect(ids == ["nightly": 2, "none": 1, "all": 6])
    }

    @Test("leaves ticks out while a run goes on, if it is to")
    func skips() async throws {
        try await bench.set(every(overlap: .skip))
        var states = [SchedulerState()]
        try await bench.pass(.seconds(200), [bench.scheduler()], &states)
        #expect(bench.ticks == ["02:01:00"])
        #expect(try await bench.schedule()?.state.skipped == 2)
        bench.finishJobs()
        try await bench.pass(.seconds(60), [bench.scheduler()], &states)
        #expect(bench.ticks == ["02:01:00", "02:04:00"])
    }

    @Test("keeps one tick until the run before it is over, if it is to, and leaves the others out")
    func buffers() async throws {
        try await bench.set(every(overlap: .buffer))
        var states = [SchedulerState()]
        try await bench.pass(.seconds(250), [bench.scheduler()], &states)
        #expect(bench.ticks == ["02:01:00"])
        let state = try #require(try await bench.schedule()).state
        #expect(state.buffered?.description.contains("02:02:00") == true && state.skipped == 2)
        bench.finishJobs()
        try await bench.pass(.seconds(10), [bench.scheduler()], &states)
        #expect(bench.ticks == ["02:01:00", "02:02:00"])
        bench.finishJobs()
        try await bench.pass(.seconds(60), [bench.scheduler()], &states)
        #expect(bench.ticks == ["02:01:00", "02:02:00", "02:05:00"])
    }

    @Test("fires nothing of a schedule that is paused or removed, and goes on with the ticks after it is resumed")
    func pauses() async throws {
        let key = try await bench.set(every()).key
        let scheduler = bench.scheduler()
        var states = [SchedulerState()]
        try await bench.pass(.seconds(65), [scheduler], &states)
        _ = try await bench.editor.pause(key, true)
        try await bench.pass(.seconds(300), [scheduler], &states)
        #expect(bench.ticks == ["02:01:00"])
        _ = try await bench.editor.pause(key, false)
        try await bench.pass(.seconds(60), [scheduler], &states)
        #expect(bench.ticks == ["02:01:00", "02:07:00"])
        #expect(try await bench.schedule()?.state.missed == 0)
        #expect(try await bench.editor.delete(key))
        try await bench.pass(.seconds(120), [scheduler], &states)
        #expect(bench.ticks.count == 2)
    }

    @Test("does not fire a tick that somebody pauses before it is decided on, whatever it knew")
    func pauseWins() async throws {
        let key = try await bench.set(every()).key
        let scheduler = bench.scheduler()
        var state = SchedulerState()
        _ = try await scheduler.round(&state)
        _ = try await bench.editor.pause(key, true)
        bench.clock.advance(by: .seconds(60))
        // It has not heard of the pause.
        state.refreshAt = bench.clock.timestamp + .seconds(60)
        _ = try await scheduler.round(&state)
        #expect(bench.ticks == [])
    }

    @Test("goes on with all others when one cannot be read, cannot be written or has no zone any more")
    func bad() async throws {
        try await bench.set("damaged", every())
        try await bench.set("good", every())
        try await bench.set("lost", every())
        var schedule = try #require(try await bench.schedule("lost"))
        schedule.definition.timing = .cron("0 * * * *")
        schedule.definition.timeZone = "Nowhere/Else"
        #expect(try await bench.schedules.save(schedule, replacing: schedule.revision))
        bench.schedules.damage(ScheduleKey(id: "damaged"))
        try await bench.pass(.seconds(125))
        #expect(bench.ticks == ["02:01:00", "02:02:00"])
        #expect(Set(bench.jobs.jobs.compactMap(\.tick?.scheduleID)) == ["good"])
    }

    @Test("outlasts an outage of the store or the queue, and then fires what was not fired")
    func outlasts() async throws {
        try await bench.set(every("10m"))
        let scheduler = bench.scheduler()
        var states = [SchedulerState()]
        try await bench.pass(.seconds(10), [scheduler], &states)
        bench.queue.fail(with: outage)
        try await bench.pass(.seconds(600), [scheduler], &states)
        bench.queue.fail(with: nil)
        bench.schedules.fail(with: outage)
        try await bench.pass(.seconds(300), [scheduler], &states)
        bench.schedules.fail(with: nil)
        try await bench.pass(.seconds(400), [scheduler], &states)
        #expect(bench.ticks == ["02:10:00", "02:20:00"])
        #expect(bench.queue.bodies.count >= 2)
        #expect(try await bench.schedule()?.state.firing == nil)
    }

    @Test("hears of a new schedule within five seconds, and asks for little while there is nothing to do")
    func cost() async throws {
        try await bench.set("yearly", ScheduleDefinition(type: "transform", timing: .cron("@yearly")))
        let scheduler = bench.scheduler()
        var states = [SchedulerState()]
        try await bench.pass(.seconds(60), [scheduler], &states)
        let before = bench.schedules.calls
        try await bench.pass(.seconds(3600), [scheduler], &states)
        // One small read every five seconds, and a list every five minutes.
        #expect(bench.schedules.calls - before == 720 + 12)
        try await bench.set("new", every("1s"))
        try await bench.pass(.seconds(6), [scheduler], &states)
        #expect(!bench.ticks.isEmpty)
    }

    @Test("a schedule that is set anew with the same times loses no tick, and other times count from then on")
    func setAnew() async throws {
        try await bench.set(every())
        bench.clock.advance(by: .seconds(61))
        var changed = every()
        changed.payload = ["text": "other"]
        try await bench.set(changed)
        try await bench.pass(.seconds(5))
        #expect(bench.ticks == ["02:01:00"])
        #expect(bench.jobs.jobs.first?.payload == ["text": "other"])
        bench.clock.advance(by: .seconds(60))
        try await bench.set(every("30s"))
        try await bench.pass(.seconds(30))
        #expect(bench.ticks == ["02:01:00", "02:02:30"])
    }
}

/// A queue that takes nothing.
private struct BrokenSender: JobSender {
    func send(_ job: Job, trace: TraceContext?, after delay: Duration) async throws {
        throw DependencyError(dependency: "queue", code: "TimedOut", message: "no answer", isTransient: true)
    }

    func sendAgain(_ job: Job, trace: TraceContext?) async throws {
        throw DependencyError(dependency: "queue", code: "TimedOut", message: "no answer", isTransient: true)
    }

    func checkReachable() async throws {}
}
