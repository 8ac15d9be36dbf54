package import JobsysCore
import JobsysObservability
import JobsysServiceRuntime
package import JobsysTime
import Logging
import ServiceLifecycle
import Synchronization

/// How many processes of svc-api there are, this one among them: it says that it is there, and counts those that do.
///
/// One that starts is counted by the others within ``APIRecord/interval``, and one that was killed for as long as
/// ``APIRecord/lifetime``. While the directory does not answer, what was counted last holds.
package final class LiveAPIs: Service {
    private let directory: any APIDirectory
    private let id: String
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp
    private let known = Mutex(1)

    /// Makes the count of a process, which knows of itself alone.
    package init(
        _ directory: any APIDirectory,
        id: String = UniqueID.make(),
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.directory = directory
        self.id = id
        self.clock = clock
        self.now = now
    }

    /// How many there are.
    package var count: Int { known.withLock(\.self) }

    /// Announces this process and counts all.
    ///
    /// - Throws: `DependencyError`, or `CancellationError`.
    package func update() async throws {
        let instant = now()
        try await directory.announce(APIRecord(id: id, seenAt: instant))
        // An index has what was written a moment later.
        let others = try await directory.apis(at: instant).count { $0.id != id }
        known.withLock { $0 = others + 1 }
    }

    /// Updates again and again until a graceful shutdown, or until it is cancelled; then the others hear that it has ended.
    package func run() async throws {
        var isFailing = false
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                _ = try await untilShutdown(andFor: Self.patience, by: clock) { [self] in try await update() }
                if isFailing { Logger.current.notice("other svc-api can be counted again") }
                isFailing = false
            } catch {
                if Task.isCancelled { break }
                Logger.current.log(
                    level: isFailing ? .debug : .warning,
                    "other svc-api cannot be counted: rate limits are shared as they were",
                    metadata: ["error.message": "\(error)"]
                )
                isFailing = true
            }
            // A stop ends it.
            await cancelWhenGracefulShutdown { [self] in try? await clock.sleep(for: APIRecord.interval) }
        }
        do {
            try await directory.withdrawAPI(APIRecord(id: id, seenAt: now()))
        } catch {
            // It expires soon.
            Logger.current.debug("svc-api not withdrawn", metadata: ["error.message": "\(error)"])
        }
    }

    /// How long the end of the process may wait for a write that is under way.
    private static let patience = Duration.seconds(1)
}
