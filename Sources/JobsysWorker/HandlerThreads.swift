import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// The threads that handlers run on: as many as there are slots, so that one that blocks or computes for long holds up no
/// other job, and nothing of the worker's own.
///
/// The pool of threads that tasks share has as many as there are cores: two handlers that wait for a lock would stop
/// everything else that is on it.
final class HandlerThreads: TaskExecutor, Service {
    private let pool: NIOThreadPool
    private let hasStarted = Mutex(false)

    /// Makes an executor of so many threads, which start with the first job.
    init(count: Int) {
        pool = NIOThreadPool(numberOfThreads: count)
    }

    /// Has a thread run a job, in its turn; once the threads have ended, the calling one runs it.
    func enqueue(_ job: consuming ExecutorJob) {
        hasStarted.withLock { hasStarted in
            if !hasStarted { pool.start() }
            hasStarted = true
        }
        let job = UnownedJob(job)
        pool.submit { _ in unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Keeps the threads until a graceful shutdown, which comes to this service when no job runs any more.
    func run() async throws {
        // A cancellation ends them as well.
        try? await gracefulShutdown()
        try await pool.shutdownGracefully()
    }
}

/// A clock whose sleepers are woken by NIO's threads.
///
/// The timers of tasks fire on the pool that tasks share: while handlers keep that busy with tasks of their own, they do not
/// fire, and no lease is renewed.
struct EventLoopClock: Clock {
    private let group = MultiThreadedEventLoopGroup.singleton

    /// Now, as `ContinuousClock` has it.
    var now: ContinuousClock.Instant { ContinuousClock.now }

    /// As fine as NIO's timers are.
    var minimumResolution: Duration { .milliseconds(1) }

    /// Sleeps until then; a cancellation ends it with `CancellationError`.
    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        let (seconds, attoseconds) = now.duration(to: deadline).components
        let nanoseconds = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let delay = nanoseconds.overflow ? .max / 2 : nanoseconds.partialValue + attoseconds / 1_000_000_000
        let timer = group.any().scheduleTask(in: .nanoseconds(max(0, delay))) {}
        do {
            try await withTaskCancellationHandler {
                try await timer.futureResult.get()
            } onCancel: {
                timer.cancel()
            }
        } catch EventLoopError.cancelled {
            throw CancellationError()
        }
    }
}
