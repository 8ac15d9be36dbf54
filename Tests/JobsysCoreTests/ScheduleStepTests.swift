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

    /// What becomes of ticks every ten minutes, so many minutes later.
    private static let missedCases: [MissedCase] = [
        MissedCase(.none, 690, .miss(1, through: at(630))),
        MissedCase(.none, 1230, .fire(at(1200), missed: 1)),
        MissedCase(.none, 5700, .miss(9, through: at(5640))),
        MissedCase(.latest, 690, .fire(at(600), missed: 0)),
        MissedCase(.latest, 3300, .fire(at(3000), missed: 4)),
        MissedCase(.latest, 1230, .fire(at(1200), missed: 1)),
        MissedCase(.latest, 259_200, .fire(at(259_200), missed: 431)),
        MissedCase(.all, 3300, .fire(at(600), missed: 0)),
        MissedCase(.all, 60_300, .fire(at(600), missed: 0)),
        MissedCase(.all, 108_300, .fire(at(48_600), missed: 80)),
    ]

    private static func at(_ seconds: Int) -> Timestamp { start + .seconds(seconds) }

    struct MissedCase: Sendable {
        var policy: MissedTicks
        var seconds: Int
        var expected: ScheduleStep

        init(_ policy: MissedTicks, _ seconds: Int, _ expected: ScheduleStep) {
            self.policy = policy
            self.seconds = seconds
            self.expected = expected
        }
    }

    @Test("What nobody fired in time fires once if it is not older than an hour, or not at all, or all of it")
    func missed() throws {
        for row in Self.missedCases {
            #expect(try step(missed: row.policy, after: .seconds(row.seconds)) == row.expected, "\(row)")
        }
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
