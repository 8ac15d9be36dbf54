import Dispatch
import Glibc
import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

@testable import JobsysWorker

@Suite("Handlers that block", .timeLimit(.minutes(2)))
struct HandlerThreadsTests {
    /// The worker's own thread, as the transport's is.
    private final class OwnThread: TaskExecutor {
        private let queue = DispatchQueue(label: "own", attributes: [], target: nil)

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    /// Runs as many jobs as there are threads, each of which blocks its thread for three leases; answers how it ended.
    private static func runBlockingJobs(_ block: @escaping @Sendable () -> Void) async throws {
        let count = 8
        let store = InMemoryJobStore()
        let clock = ManualClock(epoch: .now())
        let queue = InMemoryJobQueue(clock: clock, deadLetters: InMemoryJobQueue(clock: clock))
        let threads = HandlerThreads(count: count)
        var registry = JobRegistry()
        registry.handle(JobName<JSONValue>("task")) { _, _ in block() }
        let lease = LeaseTiming(length: .seconds(2))
        let runner = JobRunner(
            store: store,
            queue: queue,
            deadLetters: queue,
            registry: registry,
            lease: lease,
            clock: EventLoopClock(),
            handlerExecutor: threads
        )
        for _ in 0..<count {
            let job = Job.sample(type: "task", at: .now())
            _ = try await store.create(job)
            try await queue.send(job, trace: nil, after: .zero)
        }
        let deliveries = try await queue.receive(upTo: count, wait: .zero, visibility: .seconds(60))
        try await Workplace.work(on: OwnThread()) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for delivery in deliveries {
                    group.addTask { try await runner.process(delivery) }
                }
                // Nobody else can have a job while its handler blocks.
                for _ in 0..<5 {
                    await nextSecond()
                    for job in store.jobs {
                        let claim = Claim.sample(of: job, owner: "another", messageID: "another", at: .now())
                        #expect(try await store.claim(claim) == .duplicate)
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(store.jobs.count == count)
        #expect(store.jobs.allSatisfy { $0.status == .succeeded && $0.attempts == 1 })
    }

    /// Waits by a thread of its own: the timers of tasks are among what may be blocked.
    private static func nextSecond() async {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "timer").asyncAfter(deadline: .now() + 1) { continuation.resume() }
        }
    }

    @Test("keep their leases, though every thread for handlers is blocked for three of them")
    func blocked() async {
        await #expect(processExitsWith: .success) {
            try await Self.runBlockingJobs { sleep(6) }
        }
    }

    @Test("keep their leases, though they keep all threads of the pool that tasks share busy as well")
    func computing() async {
        await #expect(processExitsWith: .success) {
            try await Self.runBlockingJobs {
                let start = ContinuousClock.now
                Task.detached {
                    while ContinuousClock.now - start < .seconds(6) {}
                }
                while ContinuousClock.now - start < .seconds(6) {}
            }
        }
    }
}

@Suite("The worker's clock", .timeLimit(.minutes(1)))
struct EventLoopClockTests {
    @Test("wakes a sleeper when its time has come, at once if it has passed, and when it is cancelled")
    func sleep() async throws {
        let clock = EventLoopClock()
        let start = clock.now
        try await clock.sleep(for: .milliseconds(20))
        #expect(clock.now - start >= .milliseconds(20))
        try await clock.sleep(for: .seconds(-5))
        let sleeper = Task { try await clock.sleep(for: .seconds(4_000_000_000)) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }
}
