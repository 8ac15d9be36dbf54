import Jobs
import Logging
import Synchronization

/// Takes messages from the queue when there is room for them, and not while what they need is away.
///
/// A message that is received during an outage has its receipt counted for nothing, and after some of those the queue
/// gives it up. So once a job has met a failing store, the store must answer before the next message is taken.
final class Intake: Sendable {
    private let queue: any JobQueue
    private let store: any JobStore
    private let slots: SlotPool
    private let wait: Duration
    private let visibility: Duration
    private let clock: any Clock<Duration>
    private let draw: @Sendable () -> Double
    private let storeIsSuspect = Mutex(false)

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
    }

    /// Notes that a job could not be dealt with because something that it needs failed.
    func noteFailure() {
        storeIsSuspect.withLock { $0 = true }
    }

    /// Waits until a slot is free and the store answers; answers how many slots are free.
    ///
    /// - Throws: `CancellationError` only: a failing store is waited out.
    func room() async throws -> Int {
        let free = try await slots.waitForFree()
        if storeIsSuspect.withLock({ $0 }) {
            try await untilItWorks("intake paused: the store does not answer") { try await self.store.checkReachable() }
            storeIsSuspect.withLock { $0 = false }
        }
        return free
    }

    /// Waits for as many messages as there is room for; empty if none came in time.
    ///
    /// - Throws: `CancellationError` only: a failing queue is waited out.
    func receive(upTo free: Int) async throws -> [Delivery] {
        try await untilItWorks("receive failed") { [self] in
            try await queue.receive(upTo: min(free, Self.largestBatch), wait: wait, visibility: visibility)
        }
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
                    Logger.current.notice("intake goes on", metadata: ["intake.failures": "\(failures)"])
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
