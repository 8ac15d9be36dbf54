import Jobs
import Logging
import Synchronization

/// Takes messages from the queue when there is room for them, and not while what they need is away.
///
/// A message that is received during an outage has its receipt counted for nothing, and after some of those the queue
/// gives it up. So once a job has met a failing dependency there is a pause; then the store must answer, and then a
/// single message must be dealt with before more are taken.
final class Intake: Sendable {
    private let queue: any JobQueue
    private let store: any JobStore
    private let slots: SlotPool
    private let wait: Duration
    private let visibility: Duration
    private let clock: any Clock<Duration>
    private let draw: @Sendable () -> Double
    private let breaker = Mutex(CircuitBreaker())
    private let changes: AsyncStream<Void>
    private let breakerChanged: AsyncStream<Void>.Continuation

    init(
        queue: any JobQueue,
        store: any JobStore,
        slots: SlotPool,
        wait: Duration,
        visibility: Duration,
        clock: any Clock<Duration>,
        draw: @escaping @Sendable () -> Double
    ) {
        self.queue = queue
        self.store = store
        self.slots = slots
        self.wait = wait
        self.visibility = visibility
        self.clock = clock
        self.draw = draw
        (changes, breakerChanged) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Notes that a message could not be dealt with because something that it needs failed.
    func noteFailure(_ error: any Error) {
        let opened = breaker.withLock { $0.noteFailure() }
        breakerChanged.yield()
        // An outage meets all jobs that run; one of them tells of it.
        let level: Logger.Level = opened ? .warning : .debug
        Logger.current.log(
            level: level,
            "message not dealt with: it comes back",
            metadata: ["error.message": "\(error)"]
        )
    }

    /// Notes that what a message needs has answered.
    func noteSuccess() {
        guard breaker.withLock({ $0.noteSuccess() }) else { return }
        breakerChanged.yield()
        Logger.current.notice("intake goes on")
    }

    /// Waits until messages may be taken; answers how many.
    ///
    /// - Throws: `CancellationError` only: a failing dependency is waited out.
    func room() async throws -> Int {
        while true {
            let free = try await slots.waitForFree()
            switch breaker.withLock(\.state) {
            case .closed:
                return free
            case .open(let failures):
                try await clock.sleep(for: Self.pauses.delay(afterAttempt: failures, draw: draw()))
                try await untilItWorks("intake paused: the store does not answer") {
                    try await self.store.checkReachable()
                }
                breaker.withLock { $0.allowOne() }
            case .halfOpen(_, isTrying: false):
                return 1
            case .halfOpen(_, isTrying: true):
                for await _ in changes { break }
                try Task.checkCancellation()
            }
        }
    }

    /// Waits for as many messages as there is room for; empty if none came in time.
    ///
    /// - Throws: `CancellationError` only: a failing queue is waited out.
    func receive(upTo free: Int) async throws -> [Delivery] {
        let deliveries = try await untilItWorks("receive failed") { [self] in
            try await queue.receive(upTo: min(free, Self.largestBatch), wait: wait, visibility: visibility)
        }
        if !deliveries.isEmpty {
            breaker.withLock { $0.noteTaken() }
        }
        return deliveries
    }

    /// Makes a call again and again, with growing pauses, until it succeeds.
    private func untilItWorks<Result>(
        _ complaint: Logger.Message,
        _ call: () async throws -> sending Result
    ) async throws -> sending Result {
        var failures = 0
        while true {
            do {
                let result = try await call()
                if failures > 0 {
                    Logger.current.notice("dependency is back", metadata: ["intake.failures": "\(failures)"])
                }
                return result
            } catch let error as DependencyError {
                failures += 1
                // The first failure and then one in ten: an outage of an hour must not fill the log.
                let level: Logger.Level = failures % 10 == 1 ? .warning : .debug
                Logger.current.log(level: level, complaint, metadata: ["error.message": "\(error)"])
                try await clock.sleep(for: Self.pauses.delay(afterAttempt: failures, draw: draw()))
            }
        }
    }

    private static let pauses = Backoff(base: .seconds(1), limit: .seconds(30))

    /// The most that one call to SQS brings.
    private static let largestBatch = 10
}
