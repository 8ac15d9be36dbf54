public import JobsysJSON
public import JobsysTime
import Logging

/// Carries out what people want done with a job: the record first, then the message.
public struct JobSupervisor: Sendable {
    private let store: any JobControl
    private let queue: any JobSender
    private let retention: Duration
    private let workflows: WorkflowEngine?
    private let figures: FigureCounter?
    private let now: @Sendable () -> Timestamp

    /// Makes a supervisor.
    ///
    /// - Parameters:
    ///   - store: Where the jobs are recorded.
    ///   - queue: Where their messages go.
    ///   - retention: How long a job that was cancelled is kept.
    ///   - workflows: What carries workflows on when a member of one is cancelled or started anew.
    ///   - figures: Is told of jobs that were cancelled or redriven.
    ///   - now: The wall clock.
    public init(
        store: any JobControl,
        queue: any JobSender,
        retention: Duration = JobPolicy.standard.retention,
        workflows: WorkflowEngine? = nil,
        figures: FigureCounter? = nil,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.store = store
        self.queue = queue
        self.retention = retention
        self.workflows = workflows
        self.figures = figures
        self.now = now
    }

    /// Cancels a job that waits, or has the worker that runs it told to stop; a second time is harmless.
    ///
    /// A job that moves meanwhile is tried again, a few times: refused is one that is over, or never stands still.
    ///
    /// - Throws: ``DependencyError``; the job may be cancelled then.
    public func cancel(_ id: JobID) async throws -> Intervention {
        let instant = now()
        var intervention = Intervention.noSuchJob
        for _ in 0..<5 {
            intervention = try await store.cancel(id, at: instant, expiresAt: instant + retention)
            guard case .refused(let job) = intervention else { break }
            // Whoever cancelled it, it is as it was asked to be.
            if job.status == .cancelled {
                try await workflows?.ended(job)
                return .done(job)
            }
            if job.status.isFinal { break }
        }
        switch intervention {
        case .done(let job):
            // Not one that was cancelled before.
            if job.finishedAt == instant { figures?.note(.event(.cancelled), of: job.type, at: instant) }
            Logger.current.info("job cancelled", metadata: job.logMetadata)
            try await workflows?.ended(job)
        case .requested(let job): Logger.current.info("job asked to stop", metadata: job.logMetadata)
        case .refused, .noSuchJob: break
        }
        return intervention
    }

    /// Starts a job that failed for good or was cancelled in a new generation, and sends its message.
    ///
    /// A redrive that finds the job started anew already, but by no worker yet, is refused and sends the message all the
    /// same, because the one before may have died before its own send. One message too many is deleted by whoever
    /// receives it.
    ///
    /// - Throws: ``DependencyError``. The record may have moved then, and its message may be missing: a repeat sends it.
    public func redrive(_ id: JobID, with payload: JSONValue? = nil) async throws -> Intervention {
        let instant = now()
        let intervention = try await store.redrive(id, with: payload, at: instant)
        // A member's workflow must know first that it is open again, so the store leaves it alone.
        if case .refused(let job) = intervention, job.workflow != nil, job.status.isFinal, let workflows {
            let redriven = try await workflows.redrive(job, with: payload)
            if case .done(let job) = redriven { figures?.note(.event(.redriven), of: job.type, at: instant) }
            return redriven
        }
        switch intervention {
        case .done(let job):
            figures?.note(.event(.redriven), of: job.type, at: instant)
            try await queue.send(job, trace: job.resumedTrace, after: .zero)
            Logger.current.info("job redriven", metadata: job.logMetadata)
        case .refused(let job) where job.awaitsFirstAttemptOfRedrive:
            try await queue.send(job, trace: job.resumedTrace, after: .zero)
        case .refused, .requested, .noSuchJob:
            break
        }
        return intervention
    }
}

extension Job {
    fileprivate var awaitsFirstAttemptOfRedrive: Bool {
        status == .pending && generation > 0 && attempts == 0
    }
}
