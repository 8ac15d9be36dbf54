import JobsysCore
import JobsysTime
import Logging
import ServiceLifecycle

/// Tells other workers every few minutes which job types this one offers, so that they do not take those jobs for ones that
/// nobody runs.
struct TypeAnnouncer: Service {
    private let types: [String]
    private let directory: any TypeDirectory
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp

    /// Makes an announcer of these types.
    init(
        types: [String],
        directory: any TypeDirectory,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.types = types
        self.directory = directory
        self.clock = clock
        self.now = now
    }

    /// Announces until a graceful shutdown, or until it is cancelled.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await directory.announce(types, at: now())
                } catch {
                    // A job waits for a day before it matters.
                    Logger.current.debug("types not announced", metadata: ["error.message": "\(error)"])
                }
                // A stop ends it.
                try? await clock.sleep(for: Self.interval)
            }
        }
    }

    /// For so long after its last announcement a worker may be taken to be there.
    static let freshness: Duration = interval * 3

    /// Much shorter than anybody's patience with an unknown type, and long enough to cost next to nothing.
    private static let interval: Duration = .seconds(300)
}

extension TypeDirectory {
    /// Whether a worker is likely to run jobs of a type now; if that cannot be found out, one may.
    func offers(_ type: String, _ registry: JobRegistry, at now: Timestamp = .now()) async -> Bool {
        guard !registry.offers(type) else { return true }
        do {
            guard let last = try await lastOffered(type) else { return false }
            return now.duration(since: last) <= TypeAnnouncer.freshness
        } catch {
            Logger.current.debug("offers of a type not known", metadata: ["error.message": "\(error)"])
            return true
        }
    }
}
