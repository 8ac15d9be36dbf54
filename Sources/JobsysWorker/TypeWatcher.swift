import JobsysCore
import JobsysServiceRuntime
import JobsysTime
import Logging
import ServiceLifecycle

/// Reads every few seconds what operators say about job types, and has the gate go by it.
///
/// While it cannot be read, what was read last goes on to hold; that is logged once.
struct TypeWatcher: Service {
    private let types: Set<String>
    private let directory: any WorkerDirectory
    private let gate: TypeGate
    private let clock: any Clock<Duration>
    private let firstReading: AsyncStream<Void>
    private let firstReadingEnded: AsyncStream<Void>.Continuation

    /// Makes a watcher of the types that a worker offers.
    init(
        _ types: [String],
        directory: any WorkerDirectory,
        gate: TypeGate,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.types = Set(types)
        self.directory = directory
        self.gate = gate
        self.clock = clock
        (firstReading, firstReadingEnded) = AsyncStream<Void>.makeStream()
    }

    /// Reads until a graceful shutdown, or until it is cancelled.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            var failures = FailureLog("what operators say about types cannot be read: what was read last holds")
            while !Task.isCancelled {
                do {
                    gate.apply(try await directory.types().filter { types.contains($0.name) })
                    failures.noteSuccess()
                } catch {
                    failures.note(error)
                }
                firstReadingEnded.finish()
                // A stop ends it.
                try? await clock.sleep(for: Self.interval)
            }
        }
        firstReadingEnded.finish()
    }

    /// How often it reads: one query of an index, for all types.
    static let interval = Duration.seconds(5)
    /// How long a service waits for the first reading: as long as a pause takes to be heard of at any other time.
    private static let patience = interval

    /// A service that begins once the first reading has ended, well or not: a worker that starts knows what is paused
    /// before it takes a job.
    func preceding(_ service: some Service) -> some Service {
        LaterService(base: service) { [firstReading, clock] in
            // It ends by a stop, too; and the service is then told to stop at its beginning.
            _ = try? await untilShutdown {
                await withTaskGroup { group in
                    group.addTask { for await _ in firstReading {} }
                    group.addTask { try? await clock.sleep(for: Self.patience) }
                    await group.next()
                    group.cancelAll()
                }
            }
        }
    }
}

/// A service that waits for something before it begins.
private struct LaterService<Base: Service>: Service {
    let base: Base
    let wait: @Sendable () async -> Void

    func run() async throws {
        await wait()
        try await base.run()
    }
}
