import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysObservability
import JobsysTime

/// Submits jobs and tells what became of them.
struct JobController: Sendable {
    let submitter: JobSubmitter
    let watcher: JobWatcher
    let bodyReader: BodyReader
    let now: @Sendable () -> Timestamp
    let makeTrace: @Sendable () -> TraceContext
    let clock: any Clock<Duration>
    let offers: OfferCheck

    /// All that it does.
    var routes: [Route] {
        [
            Route(.post, "/jobs", respond: submit),
            Route(.post, "/jobs:batch", respond: submitBatch),
            Route(.get, "/jobs/{id}", respond: show),
        ]
    }

    /// Answers a ticket: 202 for a new job, 200 for the one that an earlier request with the same key made.
    @Sendable private func submit(_ request: Request, context: BasicRequestContext) async throws -> Response {
        let submission = try await SubmissionRequest(request, body: bodyReader, at: now).submission
        let (status, answer) = try await ticket(
            for: submission,
            trace: request.headers.trace ?? makeTrace()
        )
        if status == .accepted { RequestNotes.current?.add(answer.job.logMetadata) }
        return answer.ticket(status)
    }

    /// Submits a job: 202 for a new one, 200 for the one that an earlier submission with the same key made.
    ///
    /// - Throws: ``Problem`` for a key that another job has, or a type that nobody offers where such are refused; what the
    ///   store and the queue throw.
    func ticket(
        for submission: Submission,
        trace: TraceContext
    ) async throws -> (status: HTTPResponse.Status, answer: JobRepresentation) {
        let noWorker = try await offers.lacksWorker(submission.type)
        let ticket = try await CostTag.$current.withValue(submission.type) {
            try await submitter.submit(submission, trace: trace)
        }
        switch ticket {
        case .accepted(let job): return (.accepted, JobRepresentation(job, noWorker: noWorker))
        case .repeated(let job): return (.ok, JobRepresentation(job, noWorker: noWorker))
        case .keyReused: throw Problem.idempotencyKeyReused
        }
    }

    /// Answers the job, at once or when `?wait` says.
    @Sendable private func show(_ request: Request, context: BasicRequestContext) async throws -> Response {
        let wait = try WaitTime(request)
        guard let job = try await watcher.job(context.jobID, waiting: wait.duration) else { throw Problem.noSuchJob }
        let waiting = Waiting(of: job, in: offers.cache.snapshot, at: now())
        return JobRepresentation(job, waiting: waiting).response(.ok)
    }
}

extension RequestContext {
    /// The job that the path names.
    ///
    /// - Throws: ``Problem`` with 404 for what is no job's id.
    var jobID: JobID {
        get throws {
            guard let id = parameters.get("id").flatMap(JobID.init) else { throw Problem.noSuchJob }
            return id
        }
    }
}
