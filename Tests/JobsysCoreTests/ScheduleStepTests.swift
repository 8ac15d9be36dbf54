import JobsysCron
import JobsysTestKit
import JobsysTime
import Testing

@testable import JobsysCore

@Suite("What a schedule's time asks for")
struct ScheduleStepTests {
    private static let start = Timestamp("2026-11-29T02:00:00.000Z") ?? .sample

    private func step(
        _ timing: ScheduleDefinition.Timing = .every("10m"),
        missed: MissedTicks = .latest,
        jitter: Duration = .zero,
        after elapsed: Duration
    ) throws -> ScheduleStep {
        let definition = ScheduleDefinition(type: "transform", timing: timing, missed: missed, jitter: jitter)
        let schedule = Schedule.sample(definition, at: Self.start)
        return schedule.step(try definition.recurrence(), at: Self.start + elapsed)
    }

    private func minute(_ count: Int) -> Timestamp { Self.start + .seconds(60 * count) }

    @Test("A tick fires when its time has come, and not before")
    func onTime() throws {
        #expect(try step(after: .zero) == .wait(until: minute(10)))
        #expect(try step(after: .milliseconds(599_999)) == .wait(until: minute(10)))
        #expect(try step(after: .seconds(600)) == .fire(minute(10), missed: 0))
        #expect(try step(after: .seconds(660)) == .fire(minute(10), missed: 0))
    }

    @Test(
        "What nobody fired in time fires once if it is not older than an hour, or not at all, or all of it",
        arguments: [
            (MissedTicks.none, 11.5, ScheduleStep.miss(1, through: start + .seconds(630))),
            (.none, 20.5, .fire(start + .seconds(1200), missed: 1)),
            (.none, 95, .miss(9, through: start + .seconds(5640))),
            (.latest, 11.5, .fire(start + .seconds(600), missed: 0)),
            (.latest, 55, .fire(start + .seconds(3000), missed: 4)),
            (.latest, 20.5, .fire(start + .seconds(1200), missed: 1)),
            (.latest, 60 * 24 * 3, .fire(start + .seconds(86400 * 3), missed: 431)),
            (.all, 55, .fire(start + .seconds(600), missed: 0)),
            (.all, 60 * 16 + 45, .fire(start + .seconds(600), missed: 0)),
            (.all, 60 * 30 + 5, .fire(start + .seconds(600 * 81), missed: 80)),
        ]
    )
    func missed(policy: MissedTicks, minutes: Double, expected: ScheduleStep) throws {
        #expect(try step(missed: policy, after: .seconds(minutes * 60)) == expected)
    }

    @Test("A tick that is older than what may fire is missed")
    func old() throws {
        // Every night at four, and nobody is there until a quarter past five.
        let later = try step(.cron("0 4 * * *"), after: .seconds(3 * 3600 + 900))
        #expect(later == .miss(1, through: Self.start + .seconds(3 * 3600 + 900 - 3600)))
        #expect(try step(.cron("0 4 * * *"), after: .seconds(3 * 3600)) == .fire(minute(120), missed: 0))
    }

    @Test("However long nobody was there, little is counted out")
    func bounded() throws {
        #expect(try step(.every("1s"), after: .seconds(86400 * 30)) == .fire(minute(43199), missed: 4539))
        #expect(try step(.every("1s"), missed: .all, after: .seconds(86400 * 30)) != .wait(until: nil))
    }

    @Test("Jitter puts each tick off by a part of it that is the same for whoever asks")
    func jitter() throws {
        let schedule = Schedule.sample(
            ScheduleDefinition(type: "transform", timing: .every("10m"), jitter: .seconds(120)),
            at: Self.start
        )
        let delays = (1...200).map { schedule.dueTime(of: minute($0)).duration(since: minute($0)) }
        #expect(delays == (1...200).map { schedule.dueTime(of: minute($0)).duration(since: minute($0)) })
        #expect(delays.allSatisfy { (.zero ... .seconds(120)).contains($0) })
        #expect(Set(delays).count > 150)
        #expect((delays.max() ?? .zero) > .seconds(110) && (delays.min() ?? .zero) < .seconds(10))
        let due = schedule.dueTime(of: minute(10))
        let recurrence = try schedule.definition.recurrence()
        #expect(schedule.step(recurrence, at: due + .milliseconds(-1)) == .wait(until: due))
        #expect(schedule.step(recurrence, at: due) == .fire(minute(10), missed: 0))
    }

    @Test("Ticks of all schedules and tenants, and idempotency keys, make different jobs")
    func identity() {
        let tick = ScheduleTick(scheduleID: "a", at: .sample)
        let ids = [
            JobID(tenant: "default", tick: tick), JobID(tenant: "acme", tick: tick),
            JobID(tenant: "default", tick: ScheduleTick(scheduleID: "b", at: .sample)),
            JobID(tenant: "default", tick: ScheduleTick(scheduleID: "a", at: .sample + .milliseconds(1))),
            JobID(tenant: "default", idempotencyKey: "a@\(Timestamp.sample.milliseconds)"),
        ]
        #expect(Set(ids).count == ids.count)
    }
}
