public import JobsysObservability
import Synchronization

/// Counts what a reconciler has sent, and what has failed.
public final class ReconcilerMeter: MetricsSource {
    /// Why a message was sent.
    enum Reason: String, CaseIterable {
        /// The job's time has come, or comes so soon that the queue can hold it.
        case due
        /// No queue had a message of the job, which should have started long ago.
        case lost
    }

    private struct Counts {
        var sent: [Reason: Int] = [:]
        var failures: [String: Int] = [:]
    }

    private let counts = Mutex(Counts())

    /// Makes a meter that has counted nothing.
    public init() {}

    /// Notes that a message was sent.
    func noteSent(for reason: Reason) {
        counts.withLock { $0.sent[reason, default: 0] += 1 }
    }

    /// Notes what failed in a round.
    func note(_ round: ReconcilerRound) {
        guard !round.failures.isEmpty else { return }
        counts.withLock { counts in
            for failure in round.failures { counts.failures[failure.part.name, default: 0] += 1 }
        }
    }

    /// Adds the messages and the failures.
    public func report(to page: inout MetricsPage) {
        let counts = counts.withLock { $0 }
        page.family(
            "jobsys_reconciler_sent_total",
            .counter,
            "Messages that the reconciler sent: of jobs that are due, and of those whose message was lost."
        ) { family in
            for reason in Reason.allCases { family.add(["reason": reason.rawValue], Double(counts.sent[reason] ?? 0)) }
        }
        page.family(
            "jobsys_reconciler_failures_total",
            .counter,
            "What failed in the reconciler, by the part of its work that did; a part is tried again after a pause."
        ) { family in
            for part in ReconcilerPart.names { family.add(["part": part], Double(counts.failures[part] ?? 0)) }
        }
    }
}
