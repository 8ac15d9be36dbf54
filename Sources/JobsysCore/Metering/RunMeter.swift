public import JobsysObservability
import JobsysTime
import Synchronization

/// Counts what becomes of the attempts at jobs, by the jobs' type.
///
/// Told after the record has been written, so that it never claims what the store does not hold.
public final class RunMeter: MetricsSource {
    /// How an attempt ended.
    public enum End: String, Sendable, Hashable, CaseIterable {
        /// The job is done.
        case succeeded
        /// It failed, and is tried again.
        case retried
        /// It failed for good.
        case deadLettered = "dead_lettered"
        /// It was given back and cost nothing: the worker stops, or what the job needs is away.
        case handedBack = "handed_back"
        /// The job was cancelled.
        case cancelled
        /// Somebody else holds the job; the outcome was dropped.
        case lost
    }

    private struct Tally {
        var ends: [End: Int] = [:]
        var runTimes = Histogram()
        var waitTimes = Histogram()
    }

    private let tallies = Mutex(BoundedTallies(Tally()))
    private let figures: FigureCounter?

    /// Makes a meter that has counted nothing.
    ///
    /// - Parameter figures: Is told of it too, for the figures of all processes.
    public init(figures: FigureCounter? = nil) {
        self.figures = figures
    }

    /// Notes that an attempt has begun.
    func noteStart(of job: Job) {
        guard let figures, let start = job.startedAt else { return }
        // Of a later attempt the record does not say any more since when it could have started.
        let isFirst = job.generation == 0 && job.attempts == 1
        let wait = isFirst ? Figure.wait(start.duration(since: job.createdAt)) : nil
        figures.note(.event(.started), wait, of: job.type, at: start)
    }

    /// Notes that an attempt has ended, at this time.
    func note(_ end: End, of job: Job, at now: Timestamp) {
        if let figures, let event = end.event {
            figures.note(.event(event), job.startedAt.map { .run(now.duration(since: $0)) }, of: job.type, at: now)
        }
        tallies.withLock { tallies in
            tallies.update(job.type) { tally in
                tally.ends[end, default: 0] += 1
                guard let start = job.startedAt else { return }
                tally.runTimes.record(now.duration(since: start) / .seconds(1))
                // Of a later attempt the record does not say any more since when it could have started.
                guard job.generation == 0, job.attempts == 1, end != .handedBack else { return }
                tally.waitTimes.record(max(0, start.duration(since: job.createdAt) / .seconds(1)))
            }
        }
    }

    /// Adds the attempts, how long they took, and how long jobs waited for their first one.
    public func report(to page: inout MetricsPage) {
        let tallies = tallies.withLock { $0 }.sorted
        page.family("jobsys_runs_total", .counter, "Attempts that have ended, by how.") { family in
            for (type, tally) in tallies {
                for end in End.allCases {
                    guard let count = tally.ends[end] else { continue }
                    family.add(["type": type, "end": end.rawValue], Double(count))
                }
            }
        }
        page.family("jobsys_run_seconds", .histogram, "From the start of an attempt to its end.") { family in
            for (type, tally) in tallies { family.add(["type": type], tally.runTimes) }
        }
        page.family(
            "jobsys_wait_seconds",
            .histogram,
            "From a submission to the start of the first attempt, a delay that was asked for included."
        ) { family in
            for (type, tally) in tallies { family.add(["type": type], tally.waitTimes) }
        }
    }
}

extension RunMeter.End {
    /// What it is for the figures; what fails for good is counted by who records it.
    fileprivate var event: Figure.Event? {
        switch self {
        case .succeeded: .succeeded
        case .retried: .retried
        case .cancelled: .cancelled
        case .deadLettered, .handedBack, .lost: nil
        }
    }
}
