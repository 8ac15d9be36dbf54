public import Jobs
import Logging
public import ServiceLifecycle
import ServiceRuntime

/// Takes messages from the queue and runs their jobs, as many at once as there are slots.
///
/// On graceful shutdown it stops receiving, hands back what has not begun, and lets what runs finish for the
/// grace period; then it interrupts the handlers, whose jobs go back to the queue without an attempt burned. It returns
/// when all of that is recorded.
public struct JobConsumer: Service {
    private let runner: JobRunner
    private let queue: any JobQueue
    private let store: any JobStore
    private let options: Options
    private let clock: any Clock<Duration>
    private let draw: @Sendable () -> Double

    /// How a consumer consumes.
    public struct Options: Sendable, Hashable {
        /// How many jobs run at once.
        public var concurrency: Int
        /// How long one receive waits for messages; SQS allows 20 seconds.
        public var wait: Duration
        /// How long what is received stays hidden from others; ``LeaseTiming/visibility``.
        public var visibility: Duration
        /// How long the jobs that run may go on after a graceful shutdown has begun.
        public var grace: Duration

        /// Makes options.
        public init(
            concurrency: Int = 16,
            wait: Duration = .seconds(20),
            visibility: Duration = LeaseTiming().visibility,
            grace: Duration = .seconds(20)
        ) {
            precondition(concurrency > 0, "concurrency must be 1 or more")
            self.concurrency = concurrency
            self.wait = wait
            self.visibility = visibility
            self.grace = grace
        }
    }

    /// Makes a consumer.
    ///
    /// - Parameters:
    ///   - runner: Runs the jobs.
    ///   - queue: Where the messages come from.
    ///   - store: Where the jobs are; asked whether it answers, after a failure.
    ///   - options: How much, and for how long.
    ///   - clock: What pauses and the grace period are measured by.
    ///   - draw: Random numbers in 0..<1, which spread the pauses.
    public init(
        runner: JobRunner,
        queue: any JobQueue,
        store: any JobStore,
        options: Options = Options(),
        clock: any Clock<Duration> = ContinuousClock(),
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.runner = runner
        self.queue = queue
        self.store = store
        self.options = options
        self.clock = clock
        self.draw = draw
    }

    /// Consumes until a graceful shutdown, or until it is cancelled.
    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await consume() }
            group.addTask { await waitOutGrace() }
            await group.next()
            group.cancelAll()
        }
    }

    private func consume() async {
        let slots = SlotPool(options.concurrency)
        let intake = Intake(
            queue: queue,
            store: store,
            slots: slots,
            wait: options.wait,
            visibility: options.visibility,
            clock: clock,
            draw: draw
        )
        await withDiscardingTaskGroup { group in
            while let deliveries = await nextDeliveries(from: intake) {
                slots.take(deliveries.count)
                for delivery in deliveries {
                    group.addTask {
                        defer { slots.release() }
                        await process(delivery, for: intake)
                    }
                }
            }
        }
    }

    /// The next messages; nil when no more are to be taken.
    private func nextDeliveries(from intake: Intake) async -> [Delivery]? {
        do {
            let room = try await cancelWhenGracefulShutdown { try await intake.room() }
            guard !Task.isShuttingDownGracefully else { return nil }
            return try await untilShutdown(andFor: Self.momentToEnd, by: clock) {
                try await intake.receive(upTo: room)
            }
        } catch {
            // The intake throws nothing but its cancellation.
            return nil
        }
    }

    private static let momentToEnd: Duration = .milliseconds(500)

    private func process(_ delivery: Delivery, for intake: Intake) async {
        do {
            if Task.isShuttingDownGracefully {
                try await runner.handBack(delivery)
            } else {
                try await runner.process(delivery, onClaim: intake.noteSuccess)
            }
            intake.noteSuccess()
        } catch {
            intake.noteFailure(error)
            await bringBack(delivery)
        }
    }

    /// Has a message come back after a time that grows with its receipts, if the queue can be told so: soon after a short
    /// outage, and seldom in a long one, for each receipt is one of the few that the queue allows.
    private func bringBack(_ delivery: Delivery) async {
        do {
            let pause = Self.redelivery.delay(afterAttempt: delivery.receiveCount, draw: draw())
            try await queue.hide(delivery, for: pause)
        } catch {
            Logger.current.debug("message stays hidden", metadata: ["error.message": "\(error)"])
        }
    }

    private static let redelivery = Backoff(base: .seconds(10), limit: .seconds(900))

    private func waitOutGrace() async {
        do {
            try await gracefulShutdown()
            try await clock.sleep(for: options.grace)
            Logger.current.warning("grace period over: handlers are interrupted")
        } catch {
            // All jobs ended before the grace period did.
        }
    }
}
