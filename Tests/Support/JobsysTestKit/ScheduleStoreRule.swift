public import JobsysCore
public import JobsysTime
public import Testing

/// One rule that all stores of schedules must keep; all of them are ``all``.
public struct ScheduleStoreRule: Sendable, CustomTestStringConvertible {
    /// The rule in words.
    public let testDescription: String
    private let body: @Sendable (any ScheduleStore) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (any ScheduleStore) async throws -> Void) {
        testDescription = description
        self.body = body
    }

    /// Holds a store to the rule.
    public func check(_ store: any ScheduleStore) async throws {
        try await body(store)
    }

    private static let later = Timestamp.sample + .seconds(60)

    /// Every rule.
    public static let all = [
        ScheduleStoreRule("a store that nobody has written to has no schedule, and none to write over or remove") {
            store async throws in
            let schedule = Schedule.sample()
            #expect(try await store.schedules(of: nil) == [])
            #expect(try await store.schedule(schedule.key) == nil)
            #expect(try await store.save(schedule, replacing: 1) == false)
            #expect(try await store.advance(schedule.key, to: schedule.state, from: 1) == false)
            #expect(try await store.delete(schedule.key) == false)
            #expect(try await store.schedules(of: nil) == [])
        },
        ScheduleStoreRule("a schedule is kept as it was made, with and without what it may lack") {
            store async throws in
            let plain = Schedule.sample(id: "plain")
            var full = Schedule.sample(id: "Full.schedule_1-2", tenant: "acme")
            full.definition = ScheduleDefinition(
                type: "report.build",
                payload: ["days": [1, 2.5, "three", nil]],
                maxAttempts: 3,
                orderingKey: "reports",
                timing: .every("15m"),
                timeZone: "Europe/Berlin",
                missed: .all,
                overlap: .buffer,
                jitter: .seconds(30)
            )
            full.isPaused = true
            full.updatedAt = later
            full.state.cursor = later
            full.state.lastTick = .sample
            full.state.firing = .sample
            full.state.buffered = later
            (full.state.missed, full.state.skipped) = (7, 8)
            for schedule in [plain, full] {
                #expect(try await store.save(schedule, replacing: nil))
                #expect(try await store.schedule(schedule.key) == schedule)
            }
            #expect(try await store.schedules(of: nil) == [full, plain])
        },
        ScheduleStoreRule("a schedule is written over by who knows its revision, and by nobody else") {
            store async throws in
            var schedule = Schedule.sample()
            #expect(try await store.save(schedule, replacing: nil))
            schedule.revision = 2
            schedule.isPaused = true
            #expect(try await store.save(schedule, replacing: nil) == false)
            #expect(try await store.save(schedule, replacing: 1))
            #expect(try await store.save(schedule, replacing: 1) == false)
            #expect(try await store.schedule(schedule.key) == schedule)
            #expect(try await store.delete(schedule.key))
            #expect(try await store.save(schedule, replacing: 2) == false)
            #expect(try await store.schedules(of: nil) == [])
        },
        ScheduleStoreRule("a tick changes how far a schedule has come, by one of those who know its revision") {
            store async throws in
            var schedule = Schedule.sample()
            #expect(try await store.save(schedule, replacing: nil))
            schedule.state.cursor = later
            schedule.state.firing = later
            schedule.state.lastTick = later
            schedule.state.missed = 2
            #expect(try await store.advance(schedule.key, to: schedule.state, from: 1))
            #expect(try await store.advance(schedule.key, to: ScheduleState(cursor: .sample), from: 1) == false)
            schedule.revision = 2
            #expect(try await store.schedule(schedule.key) == schedule)
            schedule.state.firing = nil
            schedule.revision = 3
            #expect(try await store.advance(schedule.key, to: schedule.state, from: 2))
            #expect(try await store.schedule(schedule.key) == schedule)
        },
        ScheduleStoreRule("tenants have names of their own, and see their own schedules alone") { store async throws in
            let schedules = ["acme", "acme-2", "default"].map { Schedule.sample(tenant: $0) }
            for schedule in schedules { #expect(try await store.save(schedule, replacing: nil)) }
            #expect(try await store.schedules(of: nil) == schedules)
            for schedule in schedules {
                #expect(try await store.schedules(of: schedule.key.tenant) == [schedule])
                #expect(try await store.schedule(schedule.key) == schedule)
            }
            #expect(try await store.schedules(of: "acm") == [])
            #expect(try await store.delete(schedules[0].key))
            #expect(try await store.schedules(of: nil) == Array(schedules[1...]))
        },
        ScheduleStoreRule("every change makes another number") { store async throws in
            var counts: Set<Int> = [try await store.changeCount()]
            for _ in 0..<3 {
                try await store.noteChange()
                #expect(counts.insert(try await store.changeCount()).inserted)
            }
        },
    ]
}

extension Schedule {
    /// A schedule for every hour.
    public static func sample(
        id: String = "nightly",
        tenant: String = Submission.defaultTenant,
        _ definition: ScheduleDefinition = ScheduleDefinition(type: "transform", timing: .cron("0 * * * *")),
        at now: Timestamp = .sample
    ) -> Schedule {
        Schedule(ScheduleKey(tenant: tenant, id: id), definition, isPaused: false, at: now)
    }
}
