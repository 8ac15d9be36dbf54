public import JobsysObservability
import JobsysTime
import Synchronization

/// Counts submissions that were answered with a ticket, by the jobs' type.
public final class SubmissionMeter: MetricsSource {
    private struct Tally {
        var accepted = 0
        var repeated = 0
    }

    private let tallies = Mutex(BoundedTallies(Tally()))

    private let figures: FigureCounter?

    /// Makes a meter that has counted nothing.
    ///
    /// - Parameter figures: Is told of new jobs too, for the figures of all processes.
    public init(figures: FigureCounter? = nil) {
        self.figures = figures
    }

    /// Notes that a job was recorded, whatever becomes of its message.
    func noteCreated(_ job: Job) {
        figures?.note(.event(.accepted), of: job.type, at: job.createdAt)
    }

    /// Notes that a job was accepted.
    func noteAccepted(_ job: Job) {
        tallies.withLock { $0.update(job.type) { $0.accepted += 1 } }
    }

    /// Notes that a job was asked for that an earlier submission had made.
    func noteRepeated(_ job: Job) {
        tallies.withLock { $0.update(job.type) { $0.repeated += 1 } }
    }

    /// Adds the submissions.
    public func report(to page: inout MetricsPage) {
        let tallies = tallies.withLock { $0 }.sorted
        page.family("jobsys_submissions_total", .counter, "Submissions that got a ticket: of a new job, or again.") {
            family in
            for (type, tally) in tallies {
                family.add(["type": type, "ticket": "new"], Double(tally.accepted))
                family.add(["type": type, "ticket": "repeated"], Double(tally.repeated))
            }
        }
    }
}
