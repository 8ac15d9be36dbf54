import InMemoryLogging
import JobsysServiceRuntime
import JobsysTestKit
import Logging
import Synchronization
import Testing

@Suite("Readiness", .timeLimit(.minutes(1)))
struct ReadinessTests {
    /// A dependency that can be told to fail, and counts how often it was asked.
    private final class Dependency: Sendable {
        struct Broken: Error {}

        private let state = Mutex((calls: 0, isBroken: false))

        var calls: Int { state.withLock { $0.calls } }

        func set(broken: Bool) {
            state.withLock { $0.isBroken = broken }
        }

        func use() throws {
            let isBroken = state.withLock { state in
                state.calls += 1
                return state.isBroken
            }
            if isBroken { throw Broken() }
        }
    }

    /// A dependency that answers when it is let to.
    private final class Gate: Sendable {
        private let arrived = AsyncStream.makeStream(of: Void.self)
        private let opened = AsyncStream.makeStream(of: Void.self)
        private let count = Mutex(0)

        var calls: Int { count.withLock { $0 } }

        func pass() async throws {
            count.withLock { $0 += 1 }
            arrived.continuation.yield()
            for await _ in opened.stream { break }
            try Task.checkCancellation()
        }

        func arrival() async {
            for await _ in arrived.stream { break }
        }

        func open() {
            opened.continuation.finish()
        }
    }

    private let clock = ManualClock()

    @Test("A service without checks is ready")
    func noChecks() async {
        let report = await Readiness(checks: [], clock: clock).report()
        #expect(report.isReady)
        #expect(report.entries.isEmpty)
    }

    @Test("One failed check makes the service unready, and the answer keeps the checks' order")
    func failure() async {
        let good = Dependency()
        let bad = Dependency()
        bad.set(broken: true)
        let checks = [
            ReadinessCheck("sqs") { try good.use() }, ReadinessCheck("dynamodb") { try bad.use() },
            ReadinessCheck("ssm") { try good.use() },
        ]

        let report = await Readiness(checks: checks, clock: clock).report()

        #expect(!report.isReady)
        #expect(report.entries.map(\.name) == ["sqs", "dynamodb", "ssm"])
        #expect(report.entries.map(\.outcome) == [.ok, .failed("Broken"), .ok])
    }

    @Test("An answer, good or bad, is kept for a second")
    func caching() async {
        let dependency = Dependency()
        let readiness = Readiness(checks: [ReadinessCheck("sqs") { try dependency.use() }], clock: clock)

        #expect(await readiness.report().isReady)
        dependency.set(broken: true)
        clock.advance(by: .milliseconds(999))
        #expect(await readiness.report().isReady)
        #expect(dependency.calls == 1)

        clock.advance(by: .milliseconds(1))
        #expect(await !readiness.report().isReady)
        dependency.set(broken: false)
        #expect(await !readiness.report().isReady)
        #expect(dependency.calls == 2)

        clock.advance(by: .seconds(1))
        #expect(await readiness.report().isReady)
        #expect(dependency.calls == 3)
    }

    @Test("Who asks while the checks run waits for that run")
    func singleFlight() async {
        let gate = Gate()
        let readiness = Readiness(checks: [ReadinessCheck("sqs") { try await gate.pass() }], clock: clock)

        let reports = await withTaskGroup { group in
            group.addTask { await readiness.report() }
            await gate.arrival()
            for _ in 1...10 {
                group.addImmediateTask { await readiness.report() }
            }
            for _ in 1...100 { await Task.yield() }
            gate.open()
            return await group.reduce(into: []) { $0.append($1.isReady) }
        }

        #expect(reports == Array(repeating: true, count: 11))
        #expect(gate.calls == 1)
    }

    @Test("The first one's cancellation does not spoil the answer of the others")
    func cancelledCaller() async {
        let gate = Gate()
        let readiness = Readiness(checks: [ReadinessCheck("sqs") { try await gate.pass() }], clock: clock)

        let first = Task { await readiness.report() }
        await gate.arrival()
        first.cancel()
        async let second = readiness.report()
        gate.open()

        #expect(await second.isReady)
        #expect(await first.value.isReady)
        #expect(gate.calls == 1)
    }

    @Test("A check that takes too long is cancelled and fails, the others do not wait for their own deadline")
    func deadline() async {
        let (fast, slow) = (Gate(), Gate())
        let checks = [
            ReadinessCheck("sqs") { try await fast.pass() }, ReadinessCheck("dynamodb") { try await slow.pass() },
        ]
        let readiness = Readiness(checks: checks, deadline: .seconds(2), clock: clock)

        async let report = readiness.report()
        await fast.arrival()
        await slow.arrival()
        await clock.waitForSleepers(2)
        fast.open()
        // Its deadline ends with it.
        while clock.sleepers > 1 { await Task.yield() }
        clock.advance(by: .seconds(2))

        #expect(await report.entries.map(\.outcome) == [.ok, .failed("timed out after 2.0 seconds")])
    }

    @Test("Only changes are logged, with the cause")
    func logging() async {
        let (handler, logger) = InMemoryLogHandler.makeLogger()
        let dependency = Dependency()
        let checks = [ReadinessCheck("dynamodb") { try dependency.use() }]
        let readiness = Readiness(checks: checks, clock: clock, logger: logger)

        for isBroken in [false, true, true, false, false] {
            dependency.set(broken: isBroken)
            _ = await readiness.report()
            clock.advance(by: .seconds(1))
        }

        #expect(
            handler.entries == [
                .init(
                    level: .warning,
                    message: "not ready",
                    error: Dependency.Broken(),
                    metadata: ["check.name": "dynamodb"]
                ),
                .init(level: .info, message: "ready again", metadata: [:]),
            ]
        )
    }
}

extension InMemoryLogHandler {
    /// A logger, and what it has logged.
    static func makeLogger() -> (handler: InMemoryLogHandler, logger: Logger) {
        let handler = InMemoryLogHandler()
        return (handler, Logger(label: "test") { _ in handler })
    }
}
