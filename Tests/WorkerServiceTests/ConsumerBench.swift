import JSON
import Jobs
import JobsTestKit
import ServiceLifecycleTestKit
import WorkerService

/// A consumer over memory, with a clock that stands still.
struct ConsumerBench {
    let clock = ManualClock()
    let store = InMemoryJobStore()
    let deadLetters: InMemoryJobQueue
    let queue: InMemoryJobQueue

    init() {
        deadLetters = InMemoryJobQueue(clock: clock)
        queue = InMemoryJobQueue(clock: clock, deadLetters: deadLetters)
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

    /// Runs a consumer beside a test, and stops it afterwards.
    func run(
        concurrency: Int = 4,
        grace: Duration = .seconds(20),
        queue other: (any JobQueue)? = nil,
        store: (any JobStore)? = nil,
        _ body: @escaping @Sendable (GracefulShutdownTestTrigger) async throws -> Void
    ) async throws {
        let consumer = consumer(
            concurrency: concurrency,
            grace: grace,
            queue: other ?? queue,
            store: store ?? self.store
        )
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

    /// Stops the consumer, and has the moment pass in which its receive may end; returns when it is cancelled.
    private func stop(by trigger: GracefulShutdownTestTrigger) async {
        trigger.triggerGracefulShutdown()
        while !Task.isCancelled {
            clock.advance(by: .milliseconds(500))
            await Task.yield()
        }
    }

    private func consumer(concurrency: Int, grace: Duration, queue: any JobQueue, store: any JobStore) -> JobConsumer {
        var registry = JobRegistry()
        registry.register(TransformHandler(clock: clock))
        let runner = JobRunner(
            store: store,
            queue: queue,
            deadLetters: deadLetters,
            registry: registry,
            clock: clock,
            now: { [clock] in clock.timestamp },
            draw: { 0.5 }
        )
        return JobConsumer(
            runner: runner,
            queue: queue,
            store: store,
            options: JobConsumer.Options(concurrency: concurrency, grace: grace),
            clock: clock,
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
