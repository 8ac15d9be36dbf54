import JobsysCore
import JobsysJSON
import JobsysTestKit
import ServiceLifecycleTestKit

@testable import JobsysWorker

/// A consumer over memory, with a clock that stands still.
struct ConsumerBench {
    let clock = ManualClock()
    let store = InMemoryJobStore()
    let deadLetters: InMemoryJobQueue
    let queue: InMemoryJobQueue
    let orderedQueue: InMemoryJobQueue
    let gate: TypeGate

    init() {
        gate = TypeGate(clock: clock, now: { [clock] in clock.timestamp }, draw: { 0.5 })
        deadLetters = InMemoryJobQueue(clock: clock)
        queue = InMemoryJobQueue(clock: clock, deadLetters: deadLetters)
        orderedQueue = InMemoryJobQueue(clock: clock, deadLetters: deadLetters, isOrdered: true)
    }

    /// Records a job and sends its message.
    func submit(_ count: Int = 1, sleepMs: Int = 0) async throws -> [JobID] {
        var ids: [JobID] = []
        for _ in 0..<count {
            let job = Job.sample(
                payload: ["text": "hello", "sleepMs": .number(.init(sleepMs))],
                at: clock.timestamp
            )
            _ = try await store.create(job)
            try await queue.send(job, trace: .sample, after: .zero)
            ids.append(job.id)
        }
        return ids
    }

    /// Records a job and sends its message to the queue where it belongs.
    @discardableResult
    func submit(_ type: String, orderingKey: String? = nil, maxAttempts: Int = 4) async throws -> JobID {
        let job = Job.sample(
            type: type,
            payload: ["text": "hello"],
            maxAttempts: maxAttempts,
            orderingKey: orderingKey,
            at: clock.timestamp
        )
        _ = try await store.create(job)
        try await (orderingKey == nil ? queue : orderedQueue).send(job, trace: .sample, after: .zero)
        return job.id
    }

    /// Runs consumers of both queues beside a test, with a handler of type `task`, and stops them afterwards.
    func run(
        consumers: Int = 1,
        concurrency: Int = 4,
        task: @escaping TaskHandler.Body,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        try await body()
                        await stop(by: trigger)
                    } catch {
                        await stop(by: trigger)
                        throw error
                    }
                }
                try await withThrowingTaskGroup(of: Void.self) { running in
                    for _ in 0..<consumers {
                        let lanes: [JobLane] = [
                            JobLane(queue, runner: runner(of: queue, TaskHandler(task))),
                            JobLane(orderedQueue, runner: runner(of: orderedQueue, TaskHandler(task))),
                        ]
                        let consumer = consumer(
                            lanes: lanes,
                            concurrency: concurrency,
                            grace: .seconds(20),
                            store: store
                        )
                        running.addTask { try await consumer.run() }
                    }
                    try await running.waitForAll()
                }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    /// Lets time pass until something holds; the steps are short enough for every pause to be seen, unless others are given.
    func letTimePass(
        by step: Duration = .milliseconds(500),
        until condition: @Sendable () async throws -> Bool
    ) async throws {
        while try await !condition() {
            try Task.checkCancellation()
            await clock.waitForSleepers()
            clock.advance(by: step)
            for _ in 0..<50 { await Task.yield() }
        }
    }

    /// Runs a consumer beside a test, and stops it afterwards.
    func run(
        concurrency: Int = 4,
        grace: Duration = .seconds(20),
        queue: (any JobQueue)? = nil,
        store: (any JobStore)? = nil,
        _ body: @escaping @Sendable (GracefulShutdownTestTrigger) async throws -> Void
    ) async throws {
        try await run(consumer(of: queue, concurrency: concurrency, grace: grace, store: store), body)
    }

    /// A consumer of one queue.
    func consumer(
        of other: (any JobQueue)? = nil,
        concurrency: Int = 4,
        grace: Duration = .seconds(20),
        store: (any JobStore)? = nil
    ) -> JobConsumer {
        let source = other ?? queue
        let runner = runner(of: source, store: store)
        return consumer(
            lanes: [JobLane(source, runner: runner)],
            concurrency: concurrency,
            grace: grace,
            store: store ?? self.store
        )
    }

    /// Runs this consumer beside a test, and stops it afterwards.
    func run(
        _ consumer: JobConsumer,
        _ body: @escaping @Sendable (GracefulShutdownTestTrigger) async throws -> Void
    ) async throws {
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        try await body(trigger)
                        await stop(by: trigger)
                    } catch {
                        await stop(by: trigger)
                        throw error
                    }
                }
                try await consumer.run()
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    /// Stops the consumer, and has the time pass in which its receive ends; returns when it is cancelled.
    private func stop(by trigger: GracefulShutdownTestTrigger) async {
        trigger.triggerGracefulShutdown()
        while !Task.isCancelled {
            clock.advance(by: .milliseconds(500))
            await Task.yield()
        }
    }

    private func runner(
        of queue: any JobQueue,
        store: (any JobStore)? = nil,
        _ task: TaskHandler? = nil
    ) -> JobRunner {
        var registry = JobRegistry()
        registry.register(TransformHandler(clock: clock), isBrief: true)
        if let task { registry.register(task) }
        return JobRunner(
            store: store ?? self.store,
            queue: queue,
            replacer: queue.limits.keepsOrder ? nil : self.queue,
            deadLetters: deadLetters,
            registry: registry,
            gate: gate,
            clock: clock,
            now: { [clock] in clock.timestamp },
            draw: { 0.5 }
        )
    }

    private func consumer(
        lanes: [JobLane],
        concurrency: Int,
        grace: Duration,
        store: any JobStore
    ) -> JobConsumer {
        JobConsumer(
            lanes: lanes,
            store: store,
            gate: gate,
            options: JobConsumer.Options(concurrency: concurrency, grace: grace),
            clock: clock,
            now: { [clock] in clock.timestamp },
            draw: { 0.5 }
        )
    }

    /// Waits, by yielding and not by time, until something holds that needs no more than running tasks.
    func settle(until condition: @Sendable () async throws -> Bool) async throws {
        while try await !condition() {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// Whether all jobs have a status.
    func all(_ status: JobStatus) -> Bool {
        store.jobs.allSatisfy { $0.status == status }
    }
}

/// Runs jobs of type `task` by a closure.
struct TaskHandler: JobHandler {
    typealias Body = @Sendable (JobContext) async throws -> JobOutcome

    let name = JobName<JSONValue>("task")
    private let body: Body

    init(_ body: @escaping Body) {
        self.body = body
    }

    func run(_ parameters: JSONValue, in context: JobContext) async throws -> JSONValue {
        try await body(context).said()
    }
}
