public import JobsysObservability
import Synchronization

/// Counts what became of the ticks of schedules.
public final class SchedulerMeter: MetricsSource {
    private struct Counts {
        var fired = 0
        var skipped = 0
        var missed = 0
        var failures = 0
    }

    private let counts = Mutex(Counts())

    /// Makes a meter that has counted nothing.
    public init() {}

    func noteFired() { counts.withLock { $0.fired += 1 } }

    func noteSkipped() { counts.withLock { $0.skipped += 1 } }

    func noteMissed(_ count: Int) { counts.withLock { $0.missed += count } }

    func noteFailure() { counts.withLock { $0.failures += 1 } }

    /// Adds the ticks and the failures.
    public func report(to page: inout MetricsPage) {
        let counts = counts.withLock { $0 }
        page.family(
            "jobsys_schedule_ticks_total",
            .counter,
            "Ticks of schedules: those that got a job here, those that were left out because the run before them went on, "
                + "and those that nobody fired in time."
        ) { family in
            family.add(["outcome": "fired"], Double(counts.fired))
            family.add(["outcome": "skipped"], Double(counts.skipped))
            family.add(["outcome": "missed"], Double(counts.missed))
        }
        page.family(
            "jobsys_schedule_failures_total",
            .counter,
            "How often schedules could not be read, or one could not be fired; that is tried again after a pause."
        ) { $0.add([:], Double(counts.failures)) }
    }
}
