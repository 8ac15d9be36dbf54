import JobsysCore
import JobsysServiceRuntime
import JobsysTime
import Logging
import ServiceLifecycle
import Synchronization

/// Takes messages from the queue when slots are free, and pauses while something that jobs need does not answer.
///
/// The queue gives a message up after some receipts, and each one during an outage is wasted. So when a job has met a failing
/// dependency the intake pauses; then it probes the store, and then it takes a single message, which must be processed before
/// it takes more.
final class Intake: Sendable {
    /// What keeps an intake from taking messages.
    private enum PauseCause: Hashable {
        /// A job met a failing dependency.
        case breaker
        /// A call of the intake itself fails.
        case call
    }

    private let lane: JobLane
    private let store: any JobStore
    private let slots: SlotPool
    private let poll: LongPoll
    private let visibility: Duration
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let now: @Sendable () -> Timestamp
    private let draw: @Sendable () -> Double
    private let liveness: Liveness
    private let lastAge = Mutex(Duration?.none)
    private let breaker = Mutex(CircuitBreaker())
    private let pauses = Mutex<[PauseCause: (start: Duration, reason: String)]>([:])
    private let changes: AsyncStream<Void>
    private let breakerChanged: AsyncStream<Void>.Continuation

    init(
        lane: JobLane,
        store: any JobStore,
        slots: SlotPool,
        poll: LongPoll,
        visibility: Duration,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Timestamp,
        draw: @escaping @Sendable () -> Double
    ) {
        self.lane = lane
        self.store = store
        self.slots = slots
        self.poll = poll
        self.visibility = visibility
        self.clock = clock
        self.now = now
        self.draw = draw
        elapsed = stopwatch(clock)
        liveness = Liveness(
            elapsed: elapsed,
            callTimeout: Self.callTimeout,
            jobTimeout: max(Self.callTimeout, visibility)
        )
        (changes, breakerChanged) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Whether it is stuck: no receive has ended for a minute, and there is no good reason.
    var isStuck: Bool { liveness.isOverdue }

    /// The pause that has lasted longest; nil while it takes messages.
    var pause: IntakePause? {
        guard let first = pauses.withLock({ $0.values.min { $0.start < $1.start } }) else { return nil }
        return IntakePause(length: elapsed() - first.start, reason: first.reason)
    }

    /// How old the oldest message of the last receive was that had not been received before; nil before the first receive.
    var backlogAge: Duration? { lastAge.withLock { $0 } }

    /// Notes that a job that runs has renewed its lease.
    func noteHeartbeat() {
        liveness.noteHeartbeat()
    }

    /// Notes that no more is to be received.
    func noteEnd() {
        liveness.noteEnd()
    }

    /// Notes that a message was put off before anything that it needs was asked.
    func noteInconclusive() {
        breaker.withLock { $0.noteInconclusive() }
        breakerChanged.yield()
    }

    /// Notes that a message could not be processed because something that it needs failed.
    func noteFailure(_ error: any Error) {
        let opened = breaker.withLock { $0.noteFailure() }
        if opened { notePause(for: .breaker, because: error) }
        breakerChanged.yield()
        // An outage fails all jobs that run; the first one is enough for the log.
        let level: Logger.Level = opened ? .warning : .debug
        Logger.current.log(
            level: level,
            "message not processed: it comes back",
            metadata: ["error.message": "\(error)"]
        )
    }

    /// Notes that what a message needs has answered.
    func noteSuccess() {
        guard breaker.withLock({ $0.noteSuccess() }) else { return }
        endPause(for: .breaker)
        breakerChanged.yield()
        Logger.current.notice("intake resumed")
    }

    /// How many messages may be taken now; 0 if that takes a wait, or a probe: ``waitForCapacity()``.
    var capacity: Int { breaker.withLock(\.state) == .closed ? slots.free : 0 }

    /// Waits until messages may be taken; returns how many.
    ///
    /// - Throws: `CancellationError` only: a failing dependency is waited out.
    func waitForCapacity() async throws -> Int {
        while true {
            liveness.noteWaitForSlot()
            let free = try await slots.waitUntilFree()
            switch breaker.withLock(\.state) {
            case .closed:
                return free
            case .open(let failures):
                try await pause(after: failures)
                try await retrying("intake paused: the store does not answer") {
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

    /// Waits for messages; empty if none came in time, nil if a graceful shutdown has begun and there are no more receives.
    ///
    /// - Throws: `CancellationError` only: a failing queue is waited out.
    func receive(upTo limit: Int) async throws -> [Delivery]? {
        let received = try await retrying("receive failed") { [self] in
            try await poll.perform(by: clock) { [self] wait in
                try await lane.queue.receive(upTo: min(limit, lane.batchLimit), wait: wait, visibility: visibility)
            }
        }
        guard let deliveries = received ?? nil else { return nil }
        noteAge(of: deliveries)
        if !deliveries.isEmpty {
            breaker.withLock { $0.noteTaken() }
        }
        return deliveries
    }

    /// Makes a call again and again, with growing pauses, until it succeeds; nil if a graceful shutdown ends that.
    @discardableResult
    private func retrying<Result>(
        _ message: Logger.Message,
        _ call: () async throws -> sending Result
    ) async throws -> sending Result? {
        var failures = 0
        while !Task.isShuttingDownGracefully {
            do {
                liveness.noteCall()
                let result = try await call()
                if failures > 0 {
                    endPause(for: .call)
                    Logger.current.notice("dependency is back", metadata: ["intake.failures": "\(failures)"])
                }
                return result
            } catch let error as DependencyError {
                failures += 1
                notePause(for: .call, because: error)
                // The first failure and then one in ten: an outage of an hour must not fill the log.
                let level: Logger.Level = failures % 10 == 1 ? .warning : .debug
                Logger.current.log(level: level, message, metadata: ["error.message": "\(error)"])
                try await pause(after: failures)
            }
        }
        return nil
    }

    private func pause(after failures: Int) async throws {
        let length = Self.backoff.delay(afterAttempt: failures, draw: draw())
        liveness.notePause(of: length)
        _ = try await untilShutdown { [clock] in try await clock.sleep(for: length) }
    }

    /// Keeps the first failure: what fails later, while it is paused, may be a consequence.
    private func notePause(for cause: PauseCause, because error: any Error) {
        let start = elapsed()
        pauses.withLock { $0[cause] = $0[cause] ?? (start, IntakePause.reason(of: error)) }
    }

    private func endPause(for cause: PauseCause) {
        pauses.withLock { $0[cause] = nil }
    }

    private func noteAge(of deliveries: [Delivery]) {
        let oldest = deliveries.filter { $0.receiveCount == 1 }.compactMap(\.sentAt).min()
        let length = oldest.map { max(.zero, now().duration(since: $0)) } ?? .zero
        lastAge.withLock { $0 = length }
    }

    private static let backoff = Backoff(base: .seconds(1), limit: .seconds(30))
    /// Three times the longest wait of a receive; one with a short wait may take as long when the client repeats it.
    private static let callTimeout: Duration = .seconds(60)
}

/// That an intake takes no messages, or one at a time to see if it goes well again.
struct IntakePause: Sendable, Hashable {
    /// How long it has lasted.
    var length: Duration
    /// What failed first, fit for any reader.
    var reason: String

    /// The dependency and its error's code; the message may hold what is not for everybody, and goes to the log.
    fileprivate static func reason(of error: any Error) -> String {
        (error as? DependencyError).map { "\($0.dependency): \($0.code)" } ?? "\(type(of: error))"
    }
}
