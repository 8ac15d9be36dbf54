import InMemoryLogging
import JobsysCore
import JobsysTestKit
import JobsysTime
import Logging
import Synchronization
import Testing

@Suite("A run's progress", .quietLog, .timeLimit(.minutes(1)))
struct ProgressTests {
    private let bench = JobBench()

    /// A handler that does what it is told step by step: each step may report, and then it waits.
    private func runner(
        store: (any JobStore)? = nil,
        _ steps: [(wait: Duration, report: (Double, String?)?)]
    ) -> JobRunner {
        bench.runner(store: store) { [clock = bench.clock] _, context in
            for step in steps {
                if let report = step.report { context.progress(report.0, report.1) }
                if step.wait > .zero { try await clock.sleep(for: step.wait) }
            }
            return .succeeded("done")
        }
    }

    @Test(
        "is kept between 0 and 1, to four places, without secrets and control characters",
        arguments: [
            (0.25, nil, 0.25, nil), (-1, "", 0, nil), (7, "all\u{1b}[31m", 1, "all\u{fffd}[31m"), (.nan, "x", 0, "x"),
            (1.0 / 3, "password=hunter2", 0.3333, "password=[redacted]"), (0.000_01, "y", 0, "y"),
        ] as [(Double, String?, Double, String?)]
    )
    func bounds(fraction: Double, message: String?, kept: Double, text: String?) {
        let progress = JobProgress(fraction, message, at: .sample)
        #expect(progress.fraction == kept)
        #expect(progress.message == text)
        let long = JobProgress(0, String(repeating: "ä", count: 2000), at: .sample)
        #expect((1000...1024).contains(long.message?.utf8.count ?? 0))
    }

    /// Runs a job to its end, from one moment at which something happens to the next; before each, so many writes must
    /// have been made as `writes` says.
    private func run(
        _ steps: [(wait: Duration, report: (Double, String?)?)],
        over store: RecordingStore,
        writes: [Int]
    ) async throws -> Job {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        async let done = runner(store: store, steps).process(delivery)
        for count in writes {
            await store.waitForWrites(count)
            await bench.clock.waitForSleepers(2)
            bench.clock.advance(by: bench.clock.nextWakeUp ?? .zero)
        }
        _ = try await done
        #expect(bench.clock.sleepers == 0)
        return try await bench.job(job.id)
    }

    @Test("is written at once for the first word, then every five seconds at most, and the last word at the end")
    func pace() async throws {
        let store = RecordingStore(bench.store)
        let steps: [(Duration, (Double, String?)?)] =
            (1...10).map { (.milliseconds(700), (Double($0) / 100, "step \($0)")) } + [(.zero, (1, "done"))]
        let job = try await run(steps, over: store, writes: Array(repeating: 1, count: 8) + [2, 2, 2])
        // At once; what was last said five seconds later; the last word.
        #expect(store.progress.map(\.fraction) == [0.01, 0.08, 1])
        #expect(store.progress.map { $0.at.duration(since: .sample) } == [.zero, .milliseconds(4900), .seconds(7)])
        #expect(store.times.map { $0.duration(since: .sample) } == [.zero, .seconds(5), .seconds(7)])
        #expect(store.writes == 3)
        #expect(job.status == .succeeded)
        #expect(job.progress == JobProgress(1, "done", at: .sample + .seconds(7)))
    }

    @Test("rides on the renewal of the lease where that comes first, and puts the next write off")
    func renewal() async throws {
        let store = RecordingStore(bench.store)
        // A word at 18 s, which is written; one at 19 s, which the renewal at 20 s takes; one at 21 s, written at 25 s.
        let steps: [(Duration, (Double, String?)?)] = [
            (.seconds(18), nil), (.seconds(1), (0.1, nil)), (.seconds(2), (0.2, nil)), (.seconds(9), (0.3, nil)),
        ]
        let job = try await run(steps, over: store, writes: [0, 1, 1, 2, 2, 3])
        #expect(store.progress.map(\.fraction) == [0.1, 0.2, 0.3])
        #expect(store.times.map { $0.duration(since: .sample) } == [.seconds(18), .seconds(20), .seconds(25)])
        #expect(store.writes == 3)
        #expect(job.attempts == 1)
    }

    @Test("keeps nothing of a run alive when it has ended")
    func release() async throws {
        weak var store: RecordingStore?
        do {
            // Only the run holds it.
            let own = RecordingStore(bench.store)
            store = own
            _ = try await run([(.seconds(1), (0.1, nil))], over: own, writes: [1])
        }
        #expect(store == nil)
    }

    @Test("that cannot be written costs the run nothing, is warned of once, and written later")
    func storeAway() async throws {
        let store = RecordingStore(bench.store)
        store.failures = 2
        let logs = InMemoryLogHandler()
        let steps: [(Duration, (Double, String?)?)] = [
            (.seconds(6), (0.1, nil)), (.seconds(6), (0.2, nil)), (.seconds(6), (0.3, nil)),
        ]
        let job = try await withLogger(Logger(label: "test") { _ in logs }) { _ in
            try await run(steps, over: store, writes: [1, 2, 2, 3, 3, 4])
        }
        #expect(job.status == .succeeded)
        #expect(job.progress?.fraction == 0.3)
        #expect(store.progress.map(\.fraction) == [0.2, 0.3])
        #expect(logs.entries.filter { $0.level >= .warning }.map(\.message) == ["lease not renewed"])
    }

    @Test("of a run that has lost its lease is not written, and the run is told to stop at once")
    func lost() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        let runner = bench.runner { [bench] _, context in
            var taken = try await bench.job(job.id)
            taken.attempts = 2
            taken.lease = Job.Lease(owner: "rival", messageID: "message-1", expiresAt: .sample + .seconds(90))
            bench.store.put(taken)
            context.progress(0.5)
            // Nothing moves the clock: only the refused word ends this.
            try await bench.clock.sleep(for: .seconds(3600))
            return .succeeded("late")
        }
        try await runner.process(delivery)
        let left = try await bench.job(job.id)
        #expect(left.lease?.owner == "rival")
        #expect(left.progress == nil)
        #expect(left.status == .running)
    }

    @Test("brings the word that the job is to be cancelled")
    func cancelled() async throws {
        let job = try await bench.submit()
        let delivery = try await bench.receive()
        let runner = bench.runner { [bench] _, context in
            _ = try await bench.store.cancel(job.id, at: .sample, expiresAt: .sample)
            context.progress(0.5)
            try await bench.clock.sleep(for: .seconds(3600))
            return .succeeded("late")
        }
        try await runner.process(delivery)
        #expect(try await bench.job(job.id).status == .cancelled)
    }

    @Test("of an earlier attempt is gone when the next one starts, and a word after the end is too late")
    func nextAttempt() async throws {
        let job = try await bench.submit()
        let contexts = Mutex<[JobContext]>([])
        let failing = bench.runner { _, context in
            context.progress(0.5, "half")
            contexts.withLock { $0.append(context) }
            return .failed(JobFailure(.system, "x"))
        }
        try await failing.process(try await bench.receive())
        #expect(try await bench.job(job.id).progress?.message == "half")
        contexts.withLock { $0[0] }.progress(0.9, "too late")
        bench.clock.advance(by: .seconds(120))
        try await bench.runner().process(try await bench.receive())
        let over = try await bench.job(job.id)
        #expect(over.status == .succeeded)
        #expect(over.progress == nil)
    }
}

/// A store that keeps what is written of runs' progress, and fails to extend leases as often as it is told.
private final class RecordingStore: JobStore {
    private struct State {
        var progress: [JobProgress] = []
        var times: [Timestamp] = []
        var writes = 0
        var failures = 0
        var onWrite: [(count: Int, reached: AsyncStream<Void>.Continuation)] = []

        mutating func wake() {
            for waiter in onWrite where waiter.count <= writes { waiter.reached.finish() }
            onWrite.removeAll { $0.count <= writes }
        }
    }

    private let store: InMemoryJobStore
    private let state = Mutex(State())

    init(_ store: InMemoryJobStore) {
        self.store = store
    }

    var progress: [JobProgress] { state.withLock(\.progress) }
    /// When each was written, by the end of the lease that goes with it.
    var times: [Timestamp] { state.withLock(\.times) }
    var writes: Int { state.withLock(\.writes) }
    var failures: Int {
        get { state.withLock(\.failures) }
        set { state.withLock { $0.failures = newValue } }
    }

    /// Waits until so many writes have been made, or were tried.
    func waitForWrites(_ count: Int) async {
        let (wait, reached) = AsyncStream<Void>.makeStream()
        state.withLock { state in
            state.onWrite.append((count, reached))
            state.wake()
        }
        for await _ in wait {}
    }

    func extendLease(
        of run: Run,
        until expiry: Timestamp,
        progress: JobProgress?
    ) async throws -> FencedWrite {
        defer {
            state.withLock { state in
                state.writes += 1
                state.wake()
            }
        }
        let fails = state.withLock { state in
            state.failures -= 1
            return state.failures >= 0
        }
        if fails { throw DependencyError.outage }
        let write = try await store.extendLease(of: run, until: expiry, progress: progress)
        guard write == .written, let progress else { return write }
        state.withLock { state in
            state.progress.append(progress)
            state.times.append(expiry + (.zero - .seconds(60)))
        }
        return write
    }

    func create(_ job: Job) async throws -> Creation { try await store.create(job) }
    func job(_ id: JobID) async throws -> Job? { try await store.job(id) }
    func claim(_ claim: Claim) async throws -> ClaimResult { try await store.claim(claim) }
    func takeOver(_ job: Job, by claim: Claim) async throws -> FencedWrite { try await store.takeOver(job, by: claim) }

    func conclude(_ run: Run, with conclusion: Conclusion, at now: Timestamp) async throws -> FencedWrite {
        try await store.conclude(run, with: conclusion, at: now)
    }

    func checkReachable() async throws { try await store.checkReachable() }
}
