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

@Suite("What operators say about types", .timeLimit(.minutes(1)))
struct TypeWatcherTests {
    private let clock = ManualClock()
    private let directory = InMemoryWorkerDirectory()
    private let gate: TypeGate
    private let watcher: TypeWatcher

    init() {
        gate = TypeGate(clock: clock, now: { [clock] in clock.timestamp }, draw: { 0 })
        watcher = TypeWatcher(["http", "transform"], directory: directory, gate: gate, clock: clock)
    }

    private func run(_ services: [any Service], _ body: @escaping @Sendable () async throws -> Void) async throws {
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in services { group.addTask { try await service.run() } }
                defer { trigger.triggerGracefulShutdown() }
                try await body()
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }

    @Test("holds within five seconds, by one reading for all types, and other types are none of this worker's")
    func obeys() async throws {
        try await run([watcher]) {
            await clock.waitForSleepers()
            _ = try await directory.pause("http", TypePause(at: clock.timestamp))
            _ = try await directory.pause("others", TypePause(at: clock.timestamp))
            clock.advance(by: .seconds(5))
            await clock.waitForSleepers()
            #expect(gate.pausedTypes == ["http"])
            _ = try await directory.resume("http")
            clock.advance(by: .seconds(5))
            await clock.waitForSleepers()
            #expect(gate.pausedTypes == [])
            #expect(directory.readings == 3)
        }
    }

    @Test("holds on while it cannot be read, which is logged once")
    func holds() async throws {
        _ = try await directory.pause("http", TypePause(at: clock.timestamp))
        let handler = InMemoryLogHandler()
        try await withLogger(Logger(label: "test") { _ in handler }) { _ in
            try await run([watcher]) {
                await clock.waitForSleepers()
                directory.fail(
                    with: DependencyError(
                        dependency: "dynamodb",
                        code: DependencyError.directoryMissing,
                        message: "no index",
                        isTransient: false
                    )
                )
                for _ in 0..<5 {
                    clock.advance(by: .seconds(5))
                    await clock.waitForSleepers()
                }
                #expect(gate.pausedTypes == ["http"])
                directory.fail(with: nil)
                clock.advance(by: .seconds(5))
                await clock.waitForSleepers()
            }
        }
        let lines = handler.entries.filter { $0.level >= .notice }.map { "\($0.message)" }
        #expect(
            lines == [
                "operators have changed what goes for jobs of the type",
                "what operators say about types cannot be read: what was read last holds",
                "directory is back",
            ]
        )
    }

    /// Notes whether a type was paused when it began.
    private final class Witness: Service {
        let gate: TypeGate
        let paused = Mutex([[String]]())

        init(_ gate: TypeGate) {
            self.gate = gate
        }

        func run() async throws {
            paused.withLock { $0.append(gate.pausedTypes) }
            try? await gracefulShutdown()
        }
    }

    @Test("is known before the worker takes its first job")
    func first() async throws {
        _ = try await directory.pause("http", TypePause(at: clock.timestamp))
        let witness = Witness(gate)
        try await run([watcher.preceding(witness), watcher]) {
            while witness.paused.withLock(\.isEmpty) { await Task.yield() }
        }
        #expect(witness.paused.withLock(\.self) == [["http"]])
    }

    @Test("keeps no worker from its work if nothing can be read at its start")
    func unknown() async throws {
        let witness = Witness(gate)
        // The watcher itself does not even run.
        try await run([watcher.preceding(witness)]) {
            await clock.waitForSleepers()
            #expect(witness.paused.withLock(\.self) == [])
            clock.advance(by: .seconds(5))
            while witness.paused.withLock(\.isEmpty) { await Task.yield() }
        }
    }
}
