public import ServiceLifecycle

/// Does something again and again, and once more when the process stops.
///
/// It is to be started before what it depends on ends its work: services stop in the opposite order.
public struct PeriodicService: Service {
    private let interval: Duration
    private let clock: any Clock<Duration>
    private let work: @Sendable () async -> Void

    /// How long the end of the process waits for work that is under way, and again for the last time.
    private static let patience = Duration.seconds(1)

    /// Makes a service.
    ///
    /// - Parameters:
    ///   - interval: The pause between the end of one time and the beginning of the next.
    ///   - clock: What the pause is measured by.
    ///   - work: What is done; it is cancelled when a stop cannot wait any longer.
    public init(
        every interval: Duration,
        clock: any Clock<Duration> = ContinuousClock(),
        _ work: @escaping @Sendable () async -> Void
    ) {
        self.interval = interval
        self.clock = clock
        self.work = work
    }

    /// Works until a graceful shutdown, and a last time then; or until it is cancelled.
    public func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            // A stop ends it.
            await cancelWhenGracefulShutdown { try? await clock.sleep(for: interval) }
            _ = try await untilShutdown(andFor: Self.patience, by: clock) { await work() }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await work() }
            // When the work is done before, this is cancelled.
            group.addTask { try? await clock.sleep(for: Self.patience) }
            await group.next()
            group.cancelAll()
        }
    }
}
