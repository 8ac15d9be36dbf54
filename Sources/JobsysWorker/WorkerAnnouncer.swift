import Glibc
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysServiceRuntime
import JobsysTime
import Logging
import ServiceLifecycle
import Synchronization

/// Says in the directory that this worker is there, what it offers and how busy it is; and that it has ended, when it has.
///
/// It must stop after the consumer has: until then the worker is there, though it may be draining.
struct WorkerAnnouncer: Service {
    private let worker: WorkerRecord
    private let sensitive: [String: [FieldPath]]
    private let directory: any WorkerDirectory
    private let drain: DrainSignal
    private let status: @Sendable (inout WorkerRecord) -> Void
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp

    /// Makes an announcer.
    ///
    /// - Parameters:
    ///   - worker: What the worker says of itself.
    ///   - sensitive: The fields that nobody is shown, of types that have such.
    ///   - directory: Where it says so.
    ///   - drain: Tells that the worker has begun to stop.
    ///   - clock: What pauses are measured by.
    ///   - now: The wall clock.
    ///   - status: Fills in what changes from one announcement to the next.
    init(
        _ worker: WorkerRecord,
        sensitive: [String: [FieldPath]] = [:],
        directory: any WorkerDirectory,
        drain: DrainSignal,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        status: @escaping @Sendable (inout WorkerRecord) -> Void
    ) {
        self.worker = worker
        self.sensitive = sensitive
        self.directory = directory
        self.drain = drain
        self.clock = clock
        self.now = now
        self.status = status
    }

    /// Announces until a graceful shutdown, or until it is cancelled; then it has the worker forgotten.
    ///
    /// A failure is logged once, and the worker goes on: others learn of it when the directory can be written again.
    func run() async throws {
        var failures = FailureLog("worker not announced")
        var typesAnnouncedAt: Timestamp?
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                let record = record()
                try await beforeEnd { try await directory.announce(record) }
                if typesAnnouncedAt.map({ record.seenAt.duration(since: $0) >= Self.typesInterval }) ?? true {
                    try await beforeEnd {
                        try await directory.announce(worker.types, sensitive: sensitive, at: record.seenAt)
                    }
                    typesAnnouncedAt = record.seenAt
                }
                failures.noteSuccess()
            } catch {
                failures.note(error)
            }
            await rest()
        }
        do {
            try await withTimeLimit { try await directory.withdraw(worker.id) }
        } catch {
            // It expires soon.
            Logger.current.debug("worker not withdrawn", metadata: ["error.message": "\(error)"])
        }
    }

    private func record() -> WorkerRecord {
        var record = worker
        record.seenAt = now()
        record.isDraining = drain.hasBegun
        status(&record)
        return record
    }

    /// Waits for the time of the next announcement; the beginning of the drain, which is worth one, ends the wait.
    private func rest() async {
        let hasBegun = drain.hasBegun
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                // A stop ends it.
                group.addTask { try? await clock.sleep(for: WorkerRecord.interval) }
                if !hasBegun { group.addTask { await drain.wait() } }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Does a write, of which the end of the worker waits no longer than it has to.
    private func beforeEnd(_ write: @escaping @Sendable () async throws -> Void) async throws {
        _ = try await untilShutdown(andFor: Self.patience, by: clock, write)
    }

    private func withTimeLimit(_ work: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await clock.sleep(for: Self.patience)
                throw CancellationError()
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// How long the end of the worker may take for the directory's sake, for a write that is under way and for the last.
    private static let patience = Duration.seconds(1)

    /// How often it notes in the types' own items that it offers them.
    ///
    /// Much shorter than anybody's patience with an unknown type, and long enough to cost next to nothing.
    fileprivate static let typesInterval = sensitiveMemory / 3
}

extension TypeDirectory {
    /// Whether a worker is likely to run jobs of a type now; if that cannot be found out, one may.
    func offers(_ type: String, _ registry: JobRegistry, at now: Timestamp = .now()) async -> Bool {
        guard !registry.offers(type) else { return true }
        do {
            guard let last = try await lastOffered(type) else { return false }
            return now.duration(since: last) <= WorkerAnnouncer.typesInterval * 3
        } catch {
            Logger.current.debug("offers of a type not known", metadata: ["error.message": "\(error)"])
            return true
        }
    }
}

/// Tells one who waits that the worker has begun to stop, while what runs in it may go on for long.
///
/// A service that is started after all others is told of a stop before all others.
final class DrainSignal: Service {
    private struct State {
        var hasBegun = false
        var waiter: AsyncStream<Void>.Continuation?
    }

    private let state = Mutex(State())

    /// Whether the worker stops.
    var hasBegun: Bool { state.withLock(\.hasBegun) }

    /// Waits until the worker stops, or the task is cancelled.
    func wait() async {
        let (beginning, waiter) = AsyncStream<Void>.makeStream()
        let hasBegun = state.withLock { state in
            state.waiter = waiter
            return state.hasBegun
        }
        guard !hasBegun else { return }
        for await _ in beginning {}
    }

    /// Waits for a graceful shutdown and tells of it; a cancellation tells of nothing, as all is over then.
    func run() async throws {
        guard (try? await gracefulShutdown()) != nil else { return }
        let waiter = state.withLock { state in
            state.hasBegun = true
            return state.waiter
        }
        waiter?.finish()
    }
}

/// Logs that something fails again and again, once; and that it goes well again.
struct FailureLog {
    private let message: Logger.Message
    private var isFailing = false

    /// Makes a log of one thing.
    init(_ message: Logger.Message) {
        self.message = message
    }

    /// Notes a failure.
    mutating func note(_ error: any Error) {
        guard !(error is CancellationError) else { return }
        let level: Logger.Level = isFailing ? .debug : .warning
        isFailing = true
        Logger.current.log(level: level, message, metadata: ["error.message": "\(error)"])
    }

    /// Notes that it went well.
    mutating func noteSuccess() {
        guard isFailing else { return }
        isFailing = false
        Logger.current.notice("directory is back")
    }
}

extension WorkerRecord {
    /// What this process says of itself at its start.
    static func ofThisProcess(
        version: String,
        types: [String],
        slots: Int,
        at now: Timestamp = .now()
    ) -> WorkerRecord {
        WorkerRecord(
            id: UniqueID.make(),
            version: version,
            host: hostName(),
            types: types,
            slots: slots,
            startedAt: now,
            seenAt: now
        )
    }
}

/// The name that the system has for itself; in a container, the container's.
private func hostName() -> String {
    // Source: POSIX, `HOST_NAME_MAX` is 64 on Linux.
    var bytes = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return "unknown" }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
