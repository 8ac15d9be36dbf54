public import JobsysObservability
import Synchronization

/// Counts what a reconciler has sent.
public final class ReconcilerMeter: MetricsSource {
    /// Why a message was sent.
    enum Reason: String, CaseIterable {
        /// The job's time has come, or comes so soon that the queue can hold it.
        case due
        /// No queue had a message of the job, which should have started long ago.
        case lost
    }

    private let counts = Mutex<[Reason: Int]>([:])

    /// Makes a meter that has counted nothing.
    public init() {}

    /// Notes that a message was sent.
    func noteSent(for reason: Reason) {
        counts.withLock { $0[reason, default: 0] += 1 }
    }

    /// Adds the messages.
    public func report(to page: inout MetricsPage) {
        let counts = counts.withLock { $0 }
        page.family(
            "jobsys_reconciler_sent_total",
            .counter,
            "Messages that the reconciler sent: of jobs that are due, and of those whose message was lost."
        ) { family in
            for reason in Reason.allCases { family.add(["reason": reason.rawValue], Double(counts[reason] ?? 0)) }
        }
    }
}
