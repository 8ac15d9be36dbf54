public import JobsysTime
import Logging
import Synchronization

/// Tells people that a job has failed for good.
public protocol IncidentNotifier: Sendable {
    /// What the notifier is called in logs, such as `webhook`.
    var name: String { get }

    /// Tells of an incident, and of how many others nobody was told of because there were too many.
    ///
    /// - Throws: ``DependencyError``; people may have been told nevertheless.
    func notify(_ incident: Incident, withheld: Int) async throws
}

/// Reports incidents to people: tells every notifier, a few times if need be, and no more often than is of use.
///
/// A notification that fails in the end is an error in the log, and the incident stays recorded: nobody else would say so.
public final class IncidentReporter: Sendable {
    private let notifiers: [any IncidentNotifier]
    private let budget: Mutex<NotificationBudget>
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp
    private let draw: @Sendable () -> Double

    /// Makes a reporter.
    ///
    /// - Parameters:
    ///   - notifiers: Who is told.
    ///   - perMinute: How many incidents they are told of in a minute; of the others they hear the number.
    ///   - clock: What the pauses between tries are measured by.
    ///   - now: The wall clock.
    ///   - draw: Random numbers in 0..<1, which spread the pauses.
    public init(
        notifiers: [any IncidentNotifier],
        perMinute: Int = 10,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.notifiers = notifiers
        budget = Mutex(NotificationBudget(perMinute: perMinute))
        self.clock = clock
        self.now = now
        self.draw = draw
    }

    /// Tells of an incident.
    ///
    /// Returns when all have been told, or when no more tries are made; cancellation ends the tries.
    public func report(_ incident: Incident) async {
        guard !notifiers.isEmpty, let withheld = budget.withLock({ $0.take(at: now()) }) else { return }
        await withTaskGroup { group in
            for notifier in notifiers {
                group.addTask { await self.tell(notifier, of: incident, withheld: withheld) }
            }
        }
    }

    private func tell(_ notifier: any IncidentNotifier, of incident: Incident, withheld: Int) async {
        for attempt in 1... {
            do {
                return try await notifier.notify(incident, withheld: withheld)
            } catch {
                let isTransient = (error as? DependencyError)?.isTransient ?? false
                guard isTransient, attempt < Self.maxAttempts, await pause(after: attempt) else {
                    let metadata: Logger.Metadata = ["notifier": "\(notifier.name)", "error.message": "\(error)"]
                    return Logger.current.error("incident not notified", metadata: metadata)
                }
            }
        }
    }

    /// Whether the pause was made to its end.
    private func pause(after attempt: Int) async -> Bool {
        do {
            try await clock.sleep(for: Self.backoff.delay(afterAttempt: attempt, draw: draw()))
            return true
        } catch {
            return false
        }
    }

    private static let maxAttempts = 3
    private static let backoff = Backoff(base: .milliseconds(500), limit: .seconds(5))
}
