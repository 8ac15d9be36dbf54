package import JobsysCore
package import JobsysTime
import Logging
import ServiceLifecycle
import Synchronization

/// Whether this worker leads, as far as it knows.
package final class Lead: Sendable {
    private let expiry = Mutex(Timestamp?.none)

    /// Makes a lead that this worker does not have.
    package init() {}

    /// Notes that this worker leads until then.
    func begin(until instant: Timestamp) { expiry.withLock { $0 = instant } }

    /// Notes that it does not lead any more.
    func end() { expiry.withLock { $0 = nil } }

    /// Whether it leads at an instant.
    func isHeld(at now: Timestamp) -> Bool { expiry.withLock { $0.map { now < $0 } ?? false } }
}

/// Fires schedules in the worker that leads the reconcilers.
///
/// Two that lead at once, for a moment, do no harm: of each tick one of them decides.
package struct SchedulerService: Service {
    private let scheduler: Scheduler
    private let lead: Lead
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp

    /// Makes a service.
    ///
    /// - Parameters:
    ///   - scheduler: What is run.
    ///   - lead: Whether this worker is the one to run it.
    ///   - clock: What pauses are measured by.
    ///   - now: The wall clock.
    package init(
        scheduler: Scheduler,
        lead: Lead,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.scheduler = scheduler
        self.lead = lead
        self.clock = clock
        self.now = now
    }

    /// Fires until a graceful shutdown, or until it is cancelled.
    package func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
    }

    private func work() async {
        var state: SchedulerState?
        while !Task.isCancelled {
            do {
                guard lead.isHeld(at: now()) else {
                    // Somebody else may change all that was known.
                    state = nil
                    try await clock.sleep(for: .seconds(1))
                    continue
                }
                var current = state ?? SchedulerState()
                defer { state = current }
                let next = try await scheduler.round(&current)
                try await clock.sleep(for: min(max(next.duration(since: now()), Self.shortestPause), Self.longestPause))
            } catch {
                // Cancellation, which ends the loop: nothing else is thrown.
                continue
            }
        }
    }

    /// So that what cannot be done at once is not tried again and again.
    private static let shortestPause = Duration.milliseconds(20)
    /// So that a lead that has ended is noticed.
    private static let longestPause = Duration.seconds(1)
}
