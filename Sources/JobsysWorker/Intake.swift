import JobsysCore
import JobsysServiceRuntime
import JobsysTime
import Logging
import Synchronization

/// Takes messages from the queue when there is room for them, and not while what they need is away.
///
/// A message that is received during an outage has its receipt counted for nothing, and after some of those the queue
/// gives it up. So once a job has met a failing dependency there is a pause; then the store must answer, and then a
/// single message must be dealt with before more are taken.
final class Intake: Sendable {
    private let lane: JobLane
    private let store: any JobStore
    private let slots: SlotPool
    private let wait: Duration
    private let visibility: Duration
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp
    private let draw: @Sendable () -> Double
    private let pulse: Pulse
    private let age = Mutex(Duration?.none)
    private let breaker = Mutex(CircuitBreaker())
    private let changes: AsyncStream<Void>
    private let breakerChanged: AsyncStream<Void>.Continuation

    init(
        lane: JobLane,
        store: any JobStore,
        slots: SlotPool,
        wait: Duration,
        visibility: Duration,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Timestamp,
        draw: @escaping @Sendable () -> Double
    ) {
        self.lane = lane
        self.store = store
        self.slots = slots
        self.wait = wait
        self.visibility = visibility
        self.clock = clock
        self.now = now
        self.draw = draw
        pulse = Pulse(
            elapsed: stopwatch(clock),
            timeForReceive: wait * 3,
            timeForJobs: max(wait * 3, visibility)
        )
        (changes, breakerChanged) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Whether it is stuck: no receive has ended for three times as long as one may wait, and there is no good reason.
    var isStuck: Bool { pulse.isOverdue }

    /// How old the oldest message of the last receive was that had not been received before; nil before the first receive.
    var backlogAge: Duration? { age.withLock { $0 } }

    /// Notes a sign of life of a job that runs.
    func noteSignOfLife() {
        pulse.noteSignOfLife()
    }

    /// Notes that a message was put off before anything that it needs was asked.
    func noteUntried() {
        breaker.withLock { $0.noteInconclusive() }
        breakerChanged.yield()
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

    /// How many messages may be taken without a wait; 0 if ``room()`` has to wait, or to find out.
    var roomNow: Int { breaker.withLock(\.state) == .closed ? slots.free : 0 }

    /// Waits until messages may be taken; answers how many.
    ///
    /// - Throws: `CancellationError` only: a failing dependency is waited out.
    func room() async throws -> Int {
        while true {
            pulse.noteWaitForJobs()
            let free = try await slots.waitForFree()
            switch breaker.withLock(\.state) {
            case .closed:
                return free
            case .open(let failures):
                try await pause(after: failures)
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
            try await lane.queue.receive(upTo: min(free, lane.batchLimit), wait: wait, visibility: visibility)
        }
        noteAge(of: deliveries)
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
                pulse.noteCall()
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
                try await pause(after: failures)
            }
        }
    }

    private func pause(after failures: Int) async throws {
        let length = Self.pauses.delay(afterAttempt: failures, draw: draw())
        pulse.notePause(of: length)
        try await clock.sleep(for: length)
    }

    private func noteAge(of deliveries: [Delivery]) {
        let oldest = deliveries.filter { $0.receiveCount == 1 }.compactMap(\.sentAt).min()
        let length = oldest.map { max(.zero, now().duration(since: $0)) } ?? .zero
        age.withLock { $0 = length }
    }

    private static let pauses = Backoff(base: .seconds(1), limit: .seconds(30))
}
