import ArgumentParser
import InMemoryLogging
import JobsysServiceRuntime
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import Testing

@Suite("A run of services", .timeLimit(.minutes(1)))
struct ServiceRunTests {
    private struct Broken: Error {}

    /// A service that works until it is told to stop, and then drains.
    private final class Worker: Service {
        private let state = Mutex(false)

        var hasDrained: Bool { state.withLock { $0 } }

        func run() async throws {
            try await gracefulShutdown()
            state.withLock { $0 = true }
        }
    }

    private let log = InMemoryLogHandler.makeLogger()

    @Test("Told to stop, all services drain and nothing is an error")
    func drain() async throws {
        let workers = [Worker(), Worker()]
        try await testGracefulShutdown { trigger in
            trigger.triggerGracefulShutdown()
            try await run(workers)
        }
        #expect(workers.map(\.hasDrained) == [true, true])
        #expect(log.handler.entries.isEmpty)
    }

    @Test("A service that throws is logged with its cause, the others drain, and the exit code is 1")
    func failure() async {
        let worker = Worker()
        await #expect(throws: ExitCode.failure) {
            try await run([worker, ClosureService { throw Broken() }])
        }
        #expect(worker.hasDrained)
        #expect(log.handler.entries == [failed(Broken())])
    }

    @Test("A service that returns without being told to stop counts as failed")
    func unexpectedReturn() async {
        let worker = Worker()
        await #expect(throws: ExitCode.failure) {
            try await run([ClosureService {}, worker])
        }
        #expect(worker.hasDrained)
        #expect(
            log.handler.entries.map { "\($0.message): \($0.error.map { "\($0)" } ?? "-")" }
                == ["service failed: returned without being told to stop"]
        )
    }

    @Test("Every failure during the drain is logged, not only the one that is thrown")
    func failuresInDrain() async {
        let failing = ClosureService {
            try await gracefulShutdown()
            throw Broken()
        }
        await testGracefulShutdown { trigger in
            trigger.triggerGracefulShutdown()
            await #expect(throws: ExitCode.failure) { try await run([failing, failing]) }
        }
        #expect(log.handler.entries == [failed(Broken()), failed(Broken())])
    }

    private func run(_ services: [any Service]) async throws {
        try await ServiceRun(services: services, grace: .seconds(20), logger: log.logger).run()
    }

    private func failed(_ error: any Error) -> InMemoryLogHandler.Entry {
        .init(level: .error, message: "service failed", error: error, metadata: ["service.name": "ClosureService"])
    }
}
