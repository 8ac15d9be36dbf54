import InMemoryLogging
import JobsysCore
import JobsysTestKit
import JobsysTime
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import Testing

@testable import JobsysWorker

@Suite("What a worker says of itself", .timeLimit(.minutes(1)))
struct WorkerAnnouncerTests {
    private let clock = ManualClock()
    private let directory = InMemoryWorkerDirectory()
    private let drain = DrainSignal()
    private let busy = Count()
    private let outage = DependencyError(
        dependency: "dynamodb",
        code: "TimedOut",
        message: "no answer",
        isTransient: true
    )

    /// How many slots are taken.
    private final class Count: Sendable {
        let value = Mutex(0)
    }

    private var announcer: WorkerAnnouncer {
        WorkerAnnouncer(
            .sample(at: clock.timestamp),
            directory: directory,
            drain: drain,
            clock: clock,
            now: { [clock] in clock.timestamp },
            status: { worker in worker.busy = busy.value.withLock(\.self) }
        )
    }

    /// Runs the announcer beside the body, until the body ends or stops it.
    private func run(_ body: @escaping @Sendable (GracefulShutdownTestTrigger) async throws -> Void) async throws {
        let announcer = announcer
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await announcer.run() }
                do {
                    try await body(trigger)
                } catch {
                    trigger.triggerGracefulShutdown()
                    throw error
                }
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }

    @Test("is renewed before it expires, and gone when the worker has ended")
    func announces() async throws {
        try await run { _ in
            await clock.waitForSleepers()
            #expect(directory.notedWorkers == [.sample(at: clock.timestamp)])
            busy.value.withLock { $0 = 3 }
            for _ in 0..<10 {
                clock.advance(by: WorkerRecord.interval)
                await clock.waitForSleepers()
                let live = try await directory.workers(at: clock.timestamp + .seconds(29))
                #expect(live.map(\.busy) == [3])
            }
        }
        #expect(directory.notedWorkers == [])
    }

    @Test("tells at once that it drains, and goes on until it has ended")
    func drains() async throws {
        try await run { _ in
            await clock.waitForSleepers()
            #expect(directory.notedWorkers.map(\.isDraining) == [false])
            try await testGracefulShutdown { trigger in
                async let draining: Void = drain.run()
                trigger.triggerGracefulShutdown()
                try await draining
            }
            while directory.notedWorkers.map(\.isDraining) != [true] { await Task.yield() }
            for _ in 0..<10 {
                await clock.waitForSleepers()
                clock.advance(by: WorkerRecord.interval)
            }
            #expect(try await directory.workers(at: clock.timestamp).map(\.isDraining) == [true])
        }
        #expect(directory.notedWorkers == [])
    }

    @Test("notes the types that it offers every five minutes")
    func types() async throws {
        let start = clock.timestamp
        try await run { _ in
            for round in 0..<41 {
                await clock.waitForSleepers()
                let offers = try await directory.types()
                #expect(offers.map(\.name) == ["http", "transform"])
                let last = start + .seconds(300) * (round / 20)
                #expect(offers.map(\.lastOfferedAt) == [last, last])
                clock.advance(by: WorkerRecord.interval)
            }
        }
    }

    @Test("that it cannot is logged once, and neither ends it nor keeps it from its end")
    func failing() async throws {
        directory.fail(with: outage)
        let handler = InMemoryLogHandler()
        try await withLogger(Logger(label: "test") { _ in handler }) { _ in
            try await run { _ in
                for _ in 0..<5 {
                    await clock.waitForSleepers()
                    clock.advance(by: WorkerRecord.interval)
                }
                await clock.waitForSleepers()
                directory.fail(with: nil)
                clock.advance(by: WorkerRecord.interval)
                while directory.notedWorkers.isEmpty { await Task.yield() }
                await clock.waitForSleepers()
                directory.fail(with: outage)
            }
        }
        let lines = handler.entries.filter { $0.level >= .notice }.map { "\($0.message)" }
        #expect(lines == ["worker not announced", "directory is back"])
    }
}
