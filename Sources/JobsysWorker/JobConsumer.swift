package import JobsysCore
import JobsysServiceRuntime
package import JobsysTime
import Logging
import ServiceLifecycle

/// Takes messages from its queues and runs their jobs, as many at once as there are slots for all of them together.
///
/// On graceful shutdown it begins no more receives, lets those end that are under way, and hands back what they bring and
/// what has not begun. It lets what runs finish for the grace period; then it interrupts the handlers, whose jobs go back to
/// the queue without an attempt burned. It returns when all of that is recorded.
package struct JobConsumer: Service {
    let slots: SlotPool
    let gate: TypeGate
    let runs: RunningJobs
    let options: Options
    let clock: any Clock<Duration>
    let now: @Sendable () -> Timestamp
    let draw: @Sendable () -> Double
    private let executor: any TaskExecutor
    let intakes: [(lane: JobLane, intake: Intake)]

    /// The settings of a consumer.
    package struct Options: Sendable, Hashable {
        /// How many jobs run at once.
        package var concurrency: Int
        /// How long one receive waits for messages at most; SQS allows 20 seconds.
        ///
        /// A stop lets a receive end by itself, so a short ``grace`` shortens the wait.
        package var wait: Duration
        /// How long what is received stays hidden from others; ``LeaseTiming/visibility``.
        package var visibility: Duration
        /// How long the jobs that run may go on after a graceful shutdown has begun.
        package var grace: Duration

        /// Makes options.
        package init(
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
    ///   - lanes: The queues that the messages come from, and what runs their jobs.
    ///   - store: Where the jobs are; probed after a failure.
    ///   - gate: Decides whether jobs of a type may start.
    ///   - options: How many jobs at once, and how long it waits for what.
    ///   - executor: Runs everything but the handlers; what runs there never blocks.
    ///   - clock: Measures pauses and the grace period.
    ///   - now: The wall clock, for the messages' age.
    ///   - draw: Random numbers in 0..<1, which spread the pauses.
    package init(
        lanes: [JobLane],
        store: any JobStore,
        gate: TypeGate = TypeGate(),
        options: Options = Options(),
        executor: any TaskExecutor = globalConcurrentExecutor,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        let slots = SlotPool(options.concurrency)
        self.slots = slots
        self.gate = gate
        runs = RunningJobs(elapsed: stopwatch(clock))
        self.options = options
        self.executor = executor
        self.clock = clock
        self.now = now
        self.draw = draw
        intakes = lanes.map { lane in
            let intake = Intake(
                lane: lane,
                store: store,
                slots: slots,
                poll: LongPoll(longest: options.wait, grace: options.grace),
                visibility: options.visibility,
                clock: clock,
                now: now,
                draw: draw
            )
            return (lane, intake)
        }
    }

    /// Messages that one receive has brought.
    private struct Batch: Sendable {
        let deliveries: [Delivery]
        let lane: JobLane
        let intake: Intake
        /// How many of them have a slot.
        let slotCount: Int
    }

    /// Consumes until a graceful shutdown, or until it is cancelled.
    ///
    /// The end of the grace period cancels the jobs alone: the next message would be lost to a receive that is cancelled.
    package func run() async throws {
        await Workplace.work(on: executor) {
            let (batches, receiver) = AsyncStream<Batch>.makeStream()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await runJobs(of: batches) }
                await receive(into: receiver)
            }
        }
    }

    private func receive(into batches: AsyncStream<Batch>.Continuation) async {
        await withTaskGroup { group in
            for (lane, intake) in intakes {
                group.addTask { await receive(from: lane, through: intake, into: batches) }
            }
        }
        batches.finish()
    }

    private func receive(
        from lane: JobLane,
        through intake: Intake,
        into batches: AsyncStream<Batch>.Continuation
    ) async {
        defer { intake.noteEnd() }
        while let deliveries = await nextDeliveries(from: intake) {
            guard !Task.isShuttingDownGracefully else { return await handBack(deliveries, to: lane) }
            // Another queue may have taken slots meanwhile: then some have to wait for one.
            let slotCount = slots.tryAcquire(upTo: deliveries.count)
            let batch = Batch(deliveries: deliveries, lane: lane, intake: intake, slotCount: slotCount)
            guard case .terminated = batches.yield(batch) else { continue }
            // A stop has begun, and its grace period is over already.
            for _ in 0..<slotCount { slots.release() }
            return await handBack(deliveries, to: lane)
        }
    }

    /// The next messages; nil when no more are to be taken.
    private func nextDeliveries(from intake: Intake) async -> [Delivery]? {
        do {
            var capacity = intake.capacity
            if capacity == 0 { capacity = try await untilShutdown { try await intake.waitForCapacity() } ?? 0 }
            guard !Task.isShuttingDownGracefully else { return nil }
            return try await intake.receive(upTo: capacity)
        } catch {
            // The intake throws nothing but its cancellation.
            return nil
        }
    }

    /// Hands back what a receive has brought after a stop had begun.
    ///
    /// Another worker that stops may receive it next, and so on; each time costs one of the receipts that the queue allows. So
    /// after a few receipts the message stays hidden for a while, in which the receives of the others end.
    private func handBack(_ deliveries: [Delivery], to lane: JobLane) async {
        await withDiscardingTaskGroup { group in
            for delivery in deliveries {
                group.addTask {
                    let isNew = delivery.receiveCount <= Self.receiptsHandedBackAtOnce
                    do {
                        try await lane.queue.hide(delivery, for: isNew ? .zero : Self.pauseBeforeHandBack)
                    } catch {
                        Logger.current.warning(
                            "message stays hidden until its visibility ends",
                            error: error,
                            metadata: ["sqs.message.id": "\(delivery.messageID)"]
                        )
                    }
                }
            }
        }
    }

    private func runJobs(of batches: AsyncStream<Batch>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { jobs in
                    for await batch in batches {
                        for (index, delivery) in batch.deliveries.enumerated() {
                            jobs.addTask {
                                await process(
                                    delivery,
                                    of: batch.lane,
                                    for: batch.intake,
                                    hasSlot: index < batch.slotCount
                                )
                            }
                        }
                    }
                }
            }
            group.addTask { await waitOutGrace() }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitOutGrace() async {
        do {
            try await gracefulShutdown()
            try await clock.sleep(for: options.grace)
            guard slots.taken > 0 else { return }
            Logger.current.warning("grace period over: handlers are interrupted")
        } catch {
            // All jobs ended before the grace period did.
        }
    }

    private static let receiptsHandedBackAtOnce = 3
    private static let pauseBeforeHandBack: Duration = .seconds(3)
}

/// A queue that a consumer takes jobs from, and what runs its jobs.
package struct JobLane: Sendable {
    /// What metrics and probes call it.
    let name: String
    let queue: any JobQueue
    let runner: JobRunner
    /// The most messages that one receive may bring.
    ///
    /// From a queue that keeps an order one is taken at a time. A larger receive brings several of one key, and those behind
    /// one that fails have been received in vain: after a few such times the queue would give them up.
    let batchLimit: Int

    /// Makes a lane; the runner must be one of this queue.
    package init(_ queue: any JobQueue, runner: JobRunner) {
        self.queue = queue
        self.runner = runner
        name = queue.limits.keepsOrder ? "jobs.fifo" : "jobs"
        batchLimit = queue.limits.keepsOrder ? 1 : queue.limits.batch
    }
}
