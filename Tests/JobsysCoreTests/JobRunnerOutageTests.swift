import InMemoryLogging
import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Logging
import Synchronization
import Testing

@Suite("Outages at the end of a run", .quietLog, .timeLimit(.minutes(1)))
struct JobRunnerOutageTests {
    private let bench = JobBench()

    @Test("A store that is away when a run ends is asked again, more and more slowly, until the end is recorded")
    func storeComesBack() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        let store = FaultyStore(bench.store, failures: Array(repeating: .outage, count: 4))
        let runs = Counter()
        let runner = bench.runner(store: store) { _, _ in
            runs.increment()
            return .succeeded("done")
        }
        async let done = runner.process(delivery)
        var failures = store.attempts.makeAsyncIterator()
        for milliseconds in [200, 400, 800, 1600] {
            await failures.next()
            await bench.clock.waitForSleepers()
            bench.clock.advance(by: .milliseconds(milliseconds - 1))
            #expect(bench.clock.sleepers == 1)
            bench.clock.advance(by: .milliseconds(1))
        }
        _ = try await done
        #expect(runs.count == 1)
        let finished = try await bench.job(job.id)
        #expect(finished.status == .succeeded)
        #expect(finished.result == "done")
        #expect(finished.finishedAt == .sample + .seconds(3))
        #expect(bench.queue.bodies == [])
    }

    @Test(
        "Jobs that cannot be run until somebody has looked wait without an attempt, their type is paused, and that is said once"
    )
    func unavailable() async throws {
        let logs = InMemoryLogHandler()
        let gate = TypeGate(clock: bench.clock, draw: { 0.5 })
        let runner = bench.runner(gate: gate) { _, _ in .unavailable("the endpoint is gone") }
        try await withLogger(Logger(label: "test") { _ in logs }) { _ in
            for number in 0..<2 {
                let job = try await bench.submit(.sample(type: "task", idempotencyKey: "key-\(number)"))
                try await runner.process(try await bench.receive())
                let waiting = try await bench.job(job.id)
                #expect(waiting.status == .pending && waiting.attempts == 0 && waiting.failures == [])
            }
        }
        #expect(gate.pausedTypes == ["task"])
        let pause = try await bench.store.pause("task", TypePause(at: .sample + .seconds(9))).pause
        #expect(pause?.at == .sample)
        #expect(
            logs.entries.filter { $0.level >= .warning }.map { "\($0.level): \($0.message)" } == [
                "error: type paused: its jobs cannot be run until somebody has looked"
            ]
        )
        #expect(bench.queue.bodies.count == 2)
        #expect(bench.deadLetters.bodies == [])
    }

    @Test("A store that stays away is given up before the lease ends, and the message comes back")
    func storeStaysAway() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        let store = FaultyStore(bench.store, failures: Array(repeating: .outage, count: 100))
        async let error = dependencyError { try await bench.runner(store: store).process(delivery) }
        var failures = store.attempts.makeAsyncIterator()
        for milliseconds in [200, 400, 800, 1600, 3200] + Array(repeating: 5000, count: 6) {
            await failures.next()
            await bench.clock.waitForSleepers()
            bench.clock.advance(by: .milliseconds(milliseconds))
        }
        // The next pause would end when the lease may have ended: 40 seconds after the run.
        #expect(await error?.code == "Down")
        #expect(bench.clock.timestamp == .sample + .milliseconds(36_200))
        #expect(try await bench.job(job.id).status == .running)
        #expect(bench.queue.bodies == [job.message.body])
    }

    @Test("A store that refuses is not asked again")
    func storeRefuses() async throws {
        try await bench.submit()
        let store = FaultyStore(bench.store, failures: [.refusal])
        let error = try await #require(throws: DependencyError.self) {
            try await bench.runner(store: store).process(bench.receive())
        }
        #expect(error.code == "Denied")
        #expect(bench.queue.bodies.count == 1)
        #expect(bench.clock.now.offset == .zero)
    }

    @Test("A queue that is away when a success is recorded costs no second run")
    func queueAway() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        let runs = Counter()
        let runner = bench.runner { [queue = bench.queue] _, _ in
            runs.increment()
            queue.fail(with: .outage)
            return .succeeded("done")
        }
        await #expect(throws: DependencyError.self) { try await runner.process(delivery) }
        #expect(try await bench.job(job.id).status == .succeeded)
        bench.queue.fail(with: nil)
        bench.clock.advance(by: .seconds(60))
        try await runner.process(bench.receive())
        #expect(runs.count == 1)
        #expect(bench.queue.bodies == [])
    }

    @Test("A message whose dead letter is refused stays in its queue")
    func deadLettersRefused() async throws {
        try await bench.submit()
        let delivery = try await bench.receive()
        bench.deadLetters.fail(with: .refusal)
        let runner = bench.runner { _, _ in .failed(JobFailure(.validation, "wrong")) }
        await #expect(throws: DependencyError.self) { try await runner.process(delivery) }
        #expect(bench.queue.bodies.count == 1)
        bench.deadLetters.fail(with: nil)
        #expect(bench.deadLetters.bodies == [])
    }

    @Test("Dead letters that are away for a moment are asked again, and the message moves once")
    func deadLettersComeBack() async throws {
        try await bench.submit()
        let delivery = try await bench.receive()
        bench.deadLetters.fail(with: .outage)
        let runner = bench.runner { _, _ in .failed(JobFailure(.validation, "wrong")) }
        async let done = runner.process(delivery)
        // The renewal of the lease sleeps until the handler has ended; the pause is 200 milliseconds.
        while bench.clock.sleepers != 1 || bench.clock.nextWakeUp != .milliseconds(200) { await Task.yield() }
        bench.deadLetters.fail(with: nil)
        bench.clock.advance(by: .milliseconds(200))
        _ = try await done
        #expect(bench.queue.bodies == [])
        #expect(bench.deadLetters.reasons.map(\.failure) == [JobFailure(.validation, "wrong")])
    }
}

/// The error of a dependency that a piece of work throws; nil if there is none.
private func dependencyError(_ work: @Sendable () async throws -> Void) async -> DependencyError? {
    do {
        try await work()
        return nil
    } catch {
        return error as? DependencyError
    }
}

/// A store that fails to end runs, as often as it is told.
private final class FaultyStore: JobStore {
    /// One element for every try to end a run.
    let attempts: AsyncStream<Void>
    private let store: InMemoryJobStore
    private let failures: Mutex<[DependencyError]>
    private let continuation: AsyncStream<Void>.Continuation

    init(_ store: InMemoryJobStore, failures: [DependencyError]) {
        self.store = store
        self.failures = Mutex(failures)
        (attempts, continuation) = AsyncStream<Void>.makeStream()
    }

    func conclude(_ run: Run, with conclusion: Conclusion, at now: Timestamp) async throws -> FencedWrite {
        continuation.yield()
        if let failure = failures.withLock({ $0.popLast() }) { throw failure }
        return try await store.conclude(run, with: conclusion, at: now)
    }

    func create(_ job: Job) async throws -> Creation { try await store.create(job) }

    func job(_ id: JobID) async throws -> Job? { try await store.job(id) }

    func claim(_ claim: Claim) async throws -> ClaimResult { try await store.claim(claim) }

    func takeOver(_ job: Job, by claim: Claim) async throws -> FencedWrite { try await store.takeOver(job, by: claim) }

    func extendLease(
        of run: Run,
        until expiry: Timestamp,
        progress: JobProgress?
    ) async throws -> FencedWrite {
        try await store.extendLease(of: run, until: expiry, progress: progress)
    }

    func checkReachable() async throws { try await store.checkReachable() }
}
