public import JobsysCore
public import JobsysJSON
import JobsysServiceRuntime
public import JobsysTime
import Logging
public import ServiceLifecycle

/// Takes messages from its queues and runs their jobs, as many at once as there are slots for all of them together.
///
/// On graceful shutdown it stops receiving, hands back what has not begun, and lets what runs finish for the
/// grace period; then it interrupts the handlers, whose jobs go back to the queue without an attempt burned. It returns
/// when all of that is recorded.
public struct JobConsumer: Service {
    let slots: SlotPool
    let gate: TypeGate
    let runs: RunningJobs
    let options: Options
    let clock: any Clock<Duration>
    let now: @Sendable () -> Timestamp
    let draw: @Sendable () -> Double
    private let executor: any TaskExecutor
    private let intakes: [(lane: JobLane, intake: Intake)]

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
    ///   - lanes: The queues that the messages come from, and what runs their jobs.
    ///   - store: Where the jobs are; asked whether it answers, after a failure.
    ///   - gate: Decides whether jobs of a type may start.
    ///   - options: How much, and for how long.
    ///   - executor: Where all of its work is done but that of the handlers; what runs there never blocks.
    ///   - clock: What pauses and the grace period are measured by.
    ///   - now: The wall clock, which the messages' age goes by.
    ///   - draw: Random numbers in 0..<1, which spread the pauses.
    public init(
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
                wait: options.wait,
                visibility: options.visibility,
                clock: clock,
                now: now,
                draw: draw
            )
            return (lane, intake)
        }
    }

    /// Consumes until a graceful shutdown, or until it is cancelled.
    public func run() async throws {
        await Workplace.work(on: executor) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await consume() }
                group.addTask { await waitOutGrace() }
                await group.next()
                group.cancelAll()
            }
        }
    }

    private func consume() async {
        await withTaskGroup { group in
            for (lane, intake) in intakes {
                group.addTask { await consume(lane, through: intake) }
            }
        }
    }

    private func consume(_ lane: JobLane, through intake: Intake) async {
        await withDiscardingTaskGroup { group in
            while let deliveries = await nextDeliveries(from: intake) {
                // Another queue may have taken slots meanwhile: then some have to stand in line.
                let slotCount = slots.take(deliveries.count)
                for (index, delivery) in deliveries.enumerated() {
                    group.addTask { await deal(with: delivery, of: lane, for: intake, hasSlot: index < slotCount) }
                }
            }
        }
    }

    /// The next messages; nil when no more are to be taken.
    private func nextDeliveries(from intake: Intake) async -> [Delivery]? {
        do {
            var room = intake.roomNow
            if room == 0 { room = try await untilShutdown { try await intake.room() } ?? 0 }
            guard !Task.isShuttingDownGracefully else { return nil }
            return try await untilShutdown(andFor: Self.momentToEnd, by: clock) { [room] in
                try await intake.receive(upTo: room)
            }
        } catch {
            // The intake throws nothing but its cancellation.
            return nil
        }
    }

    /// Tells every intake that waits for a job's end that one is alive.
    func noteSignOfLife() {
        for (_, intake) in intakes { intake.noteSignOfLife() }
    }

    private static let momentToEnd: Duration = .milliseconds(500)

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

extension JobConsumer {
    /// Why the consumer gets on no more; nil while it does.
    public var problem: String? {
        intakes.contains { $0.intake.isStuck } ? "no receive has ended for three times as long as one waits" : nil
    }

    /// For how long the job has run that has run longest; zero if none runs.
    public var longestRun: Duration { runs.longest }

    /// What it is up to, for whoever asks: the types whose jobs do not start, and about how old the oldest message is that
    /// nobody had received.
    public var details: JSONObject {
        let breakers = gate.breakers().sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
        var details: JSONObject = ["breakers": .object(JSONObject(breakers))]
        if let backlogAge { details["backlogAgeSeconds"] = .int(Int(backlogAge / .seconds(1))) }
        return details
    }

    /// About how old the oldest message is that nobody had received; nil before the first receive.
    var backlogAge: Duration? { intakes.compactMap(\.intake.backlogAge).max() }
}
