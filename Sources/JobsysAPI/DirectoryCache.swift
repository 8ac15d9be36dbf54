package import JobsysCore
import JobsysServiceRuntime
package import JobsysTime
import Logging
import ServiceLifecycle
import Synchronization

/// What is known of workers and types without asking: the directory, read every few seconds in the background.
///
/// So a submission costs no read, and waits for none, unless no worker is known that offers its type. What is older than a few
/// readings counts as not known.
package final class DirectoryCache: Service {
    private let directory: any WorkerDirectory
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp
    private let last = Mutex(DirectorySnapshot?.none)
    /// The reading that callers of ``readUnlessFresh()`` wait for.
    private let reading = Mutex(Task<DirectorySnapshot?, Never>?.none)

    /// Makes a cache of a directory, in which nothing is known yet.
    package init(
        _ directory: any WorkerDirectory,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.directory = directory
        self.clock = clock
        self.now = now
    }

    /// What is known now; nil if the directory could not be read lately.
    package var snapshot: DirectorySnapshot? {
        let now = now()
        return last.withLock(\.self).flatMap { now.duration(since: $0.readAt) <= Self.longestAge ? $0 : nil }
    }

    /// What was known last, however long ago; nil if the directory could never be read.
    var lastKnown: DirectorySnapshot? { last.withLock(\.self) }

    /// Reads the directory now.
    ///
    /// - Throws: `DependencyError`, or `CancellationError`.
    package func read() async throws -> DirectorySnapshot {
        let snapshot = try await DirectorySnapshot(of: directory, at: now())
        last.withLock { last in
            // One that was asked for earlier may come later.
            if last.map({ $0.readAt < snapshot.readAt }) ?? true { last = snapshot }
        }
        return snapshot
    }

    /// What is known, after another reading if the last one is older than a second; nil if that fails.
    ///
    /// Those who ask at the same time share one reading.
    func readUnlessFresh() async -> DirectorySnapshot? {
        if let snapshot, now().duration(since: snapshot.readAt) < Self.freshAge { return snapshot }
        let task = reading.withLock { reading in
            if let running = reading { return running }
            let task = Task {
                // Its failure means that nothing is known, which the reading in the background logs.
                let snapshot = try? await read()
                self.reading.withLock { $0 = nil }
                return snapshot
            }
            reading = task
            return task
        }
        return await task.value
    }

    /// Reads it again and again until a graceful shutdown, or until it is cancelled; a failure is logged once.
    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            var isFailing = false
            while !Task.isCancelled {
                do {
                    _ = try await read()
                    if isFailing { Logger.current.notice("workers and types can be read again") }
                    isFailing = false
                } catch {
                    guard !Task.isCancelled else { break }
                    let level: Logger.Level = isFailing ? .debug : .warning
                    isFailing = true
                    Logger.current.log(
                        level: level,
                        "workers and types cannot be read: no submission is held against them",
                        metadata: ["error.message": "\(error)"]
                    )
                }
                // A stop ends it.
                try? await clock.sleep(for: Self.interval)
            }
        }
    }

    /// How often it is read: two queries each time, less than half a cent a day.
    package static let interval = Duration.seconds(3)
    /// What is older is read again before a submission is told that no worker offers its type.
    static let freshAge = Duration.seconds(1)
    /// Less than a worker can be silent for: what is older would miss workers that came since.
    package static let longestAge = interval * 5
}

/// What becomes of submissions of a type that no worker offers.
public enum UnknownTypes: String, Sendable, Hashable, CaseIterable {
    /// They are accepted, and the answer says so.
    case accept
    /// They are refused.
    case refuse
}

/// Looks whether a worker offers the type of a submission.
struct OfferCheck: Sendable {
    let cache: DirectoryCache
    let unknownTypes: UnknownTypes

    /// Whether it is known that no worker offers a type; what is not known is held against nobody.
    ///
    /// A worker may have come since the last reading, so the directory is read again before that is said.
    ///
    /// - Throws: ``Problem`` with 422 if such submissions are refused.
    func lacksWorker(_ type: String) async throws(Problem) -> Bool {
        guard cache.snapshot?.workers(offering: type).isEmpty == true,
            await cache.readUnlessFresh()?.workers(offering: type).isEmpty == true
        else { return false }
        guard unknownTypes == .accept else { throw .noWorker(type) }
        return true
    }
}
