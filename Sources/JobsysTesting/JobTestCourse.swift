import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTime
import Synchronization

/// One job's way through the engine in memory.
struct JobTestCourse {
    private let clock: JobTestClock
    private let events: [JobTester.Event]
    private let store = InMemoryJobStore()
    private let queue: InMemoryJobQueue
    private let letters: InMemoryJobQueue
    private let runner: JobRunner
    private let record: RunRecord
    private let start: Timestamp

    init(_ handlers: JobRegistry, clock: JobTestClock, events: [JobTester.Event]) {
        let engine = clock.engine
        let record = RunRecord()
        var registry = handlers
        registry.intercept { payload, context, run in
            record.noteRun()
            return try await run(payload, context.alsoReporting(to: record.noteProgress))
        }
        self.clock = clock
        self.events = events
        self.record = record
        start = engine.timestamp
        letters = InMemoryJobQueue(clock: engine, deadLetters: nil)
        queue = InMemoryJobQueue(clock: engine, deadLetters: letters)
        runner = JobRunner(
            store: store,
            queue: queue,
            replacer: queue,
            deadLetters: letters,
            registry: registry,
            clock: engine,
            now: { engine.timestamp },
            draw: { 0.5 }
        )
    }

    /// Submits the job, and does what workers and the dlq-handler do until it has ended.
    func run(_ submission: Submission) async throws -> JobTestRun {
        let engine = clock.engine
        let submitter = JobSubmitter(store: store, queue: queue, now: { engine.timestamp })
        guard case .accepted(let job) = try await submitter.submit(submission, trace: .new()) else {
            throw JobTester.Problem(description: "the job is not a new one")
        }
        let recorder = DeadLetterRecorder(store: store, queue: queue, now: { engine.timestamp })
        var upcoming = events.sorted { $0.delay < $1.delay }
        while true {
            guard let current = try await store.job(job.id) else {
                throw JobTester.Problem(description: "the job's record is lost")
            }
            if let ending = JobTestRun.Ending(current) { return run(of: current, ending) }
            if let delivery = try await queue.receive(upTo: 1, wait: .zero, visibility: LeaseTiming().visibility).first
            {
                try await deal(with: delivery, of: job.id, &upcoming)
            } else if let letter = try await letters.receive(upTo: 1, wait: .zero, visibility: .seconds(60)).first {
                _ = try await recorder.record(letter)
                try await letters.delete(letter)
            } else if let pause = (queue.hiddenFor + letters.hiddenFor).filter({ $0 > .zero }).min() {
                try await pass(pause, for: job.id, &upcoming)
            } else {
                throw JobTester.Problem(description: "the job is \(current.status), and nothing is left to be done")
            }
        }
    }

    /// Has a worker deal with a message, and time pass whenever its handler sleeps.
    private func deal(with delivery: Delivery, of id: JobID, _ upcoming: inout [JobTester.Event]) async throws {
        if case .turnAway(let wait) = runner.verdict(on: delivery) {
            try await runner.settle(.turnedAway(for: wait), of: delivery)
            return
        }
        let end = Signal()
        // Awaited below; it is told of a stop by being cancelled.
        let worker = Task {
            defer { end.give() }
            return try await runner.process(delivery)
        }
        while await isAsleep(unless: end) {
            guard let pause = clock.engine.nextWakeUp else { continue }
            if try await pass(pause, for: id, &upcoming) { worker.cancel() }
        }
        guard case .held(let pause) = try await worker.value else { return }
        try await queue.hide(delivery, for: pause)
    }

    /// Waits until the handler sleeps, and what watches over it too; false when the worker is done with the message.
    private func isAsleep(unless end: Signal) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await end.wait()
                return false
            }
            group.addTask {
                await clock.waitUntilOnlySleepersAreLeft()
                return true
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    /// Lets time pass until something is due, or the next event; answers whether the worker is to stop.
    @discardableResult
    private func pass(
        _ pause: Duration,
        for id: JobID,
        _ upcoming: inout [JobTester.Event]
    ) async throws -> Bool {
        let engine = clock.engine
        guard let event = upcoming.first, start + event.delay <= engine.timestamp + pause else {
            engine.advance(by: pause)
            return false
        }
        upcoming.removeFirst()
        engine.advance(by: max(.zero, (start + event.delay).duration(since: engine.timestamp)))
        switch event.kind {
        case .stop: return true
        case .cancellation:
            let now = engine.timestamp
            _ = try await store.cancel(id, at: now, expiresAt: now + .seconds(86400))
            return false
        }
    }

    private func run(of job: Job, _ ending: JobTestRun.Ending) -> JobTestRun {
        var failures = job.failures.map { JobFailure($0.errorClass, $0.message) }
        if case .failed(let failure) = ending { failures.append(failure) }
        let (runs, progress) = record.noted
        return JobTestRun(
            ending: ending,
            attempts: job.attempts,
            runs: runs,
            failures: failures,
            progress: progress,
            elapsed: clock.engine.timestamp.duration(since: start)
        )
    }
}

extension JobTestRun.Ending {
    /// How a job ended; nil if it has not.
    fileprivate init?(_ job: Job) {
        switch job.status {
        case .succeeded: self = .succeeded(job.result ?? .null)
        case .cancelled: self = .cancelled
        case .failedFinal: self = .failed(JobFailure(job.error?.errorClass ?? .unknown, job.error?.message ?? ""))
        case .waiting, .scheduled, .pending, .running, .retrying: return nil
        }
    }
}

/// What the handler did in all its runs.
private final class RunRecord: Sendable {
    private let state = Mutex((runs: 0, progress: [JobTestRun.Progress]()))

    var noted: (runs: Int, progress: [JobTestRun.Progress]) { state.withLock { ($0.runs, $0.progress) } }

    func noteRun() {
        state.withLock { $0.runs += 1 }
    }

    func noteProgress(_ fraction: Double, _ message: String?) {
        state.withLock { $0.progress.append(JobTestRun.Progress(fraction, message)) }
    }
}

/// Something that happens once, and can be waited for several times.
private final class Signal: Sendable {
    private struct State {
        var isGiven = false
        var waiter: AsyncStream<Void>.Continuation?
    }

    private let state = Mutex(State())

    /// Says that it has happened.
    func give() {
        state.withLock { state in
            state.isGiven = true
            return state.waiter
        }?
        .finish()
    }

    /// Waits for it, one at a time; a cancellation ends the wait.
    func wait() async {
        // A stream of its own for each wait, because a cancellation ends the stream too.
        let (given, waiter) = AsyncStream<Void>.makeStream()
        state.withLock { state in
            if state.isGiven { waiter.finish() } else { state.waiter = waiter }
        }
        for await _ in given {}
    }
}
