import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysObservability
import JobsysTime

/// Submits jobs and tells what became of them.
struct JobController: Sendable {
    let jobs: JobAccess
    let bodyReader: BodyReader
    let now: @Sendable () -> Timestamp
    let makeTrace: @Sendable () -> TraceContext
    let clock: any Clock<Duration>
    let offers: OfferCheck
    let limiter: RateLimiter?

    /// All that it does.
    var routes: [Route] {
        [
            Route(.post, "/jobs", .needs(.submitJobs), respond: submit),
            Route(.post, "/jobs:batch", .needs(.submitJobs), respond: submitBatch),
            Route(.get, "/jobs/{id}", .needs(.readJobs), respond: show),
        ]
    }

    /// Answers a ticket: 202 for a new job, 200 for the one that an earlier request with the same key made.
    @Sendable private func submit(_ request: Request, context: APIRequestContext) async throws -> Response {
        let submission = try await SubmissionRequest(request, body: bodyReader, at: now).submission
        let (status, answer) = try await ticket(
            for: submission,
            by: context.principal,
            trace: request.headers.trace ?? makeTrace()
        )
        if status == .accepted { RequestNotes.current?.add(answer.job.logMetadata) }
        return answer.ticket(status)
    }

    /// Submits a job: 202 for a new one, 200 for the one that an earlier submission with the same key made.
    ///
    /// - Throws: ``Problem`` for a key that another job has, a type that is not the principal's to use, or one that nobody
    ///   offers where such are refused; what the store and the queue throw.
    func ticket(
        for submission: Submission,
        by principal: Principal,
        trace: TraceContext
    ) async throws -> (status: HTTPResponse.Status, answer: JobRepresentation) {
        let noWorker = try await offers.lacksWorker(submission.type)
        let ticket = try await CostTag.$current.withValue(submission.type) {
            try await jobs.submit(submission, by: principal, trace: trace)
        }
        // Who may only submit is told no more of a repeated job than where it stands.
        let showsResult = principal.seesResults
        switch ticket {
        case .accepted(let job):
            return (.accepted, JobRepresentation(job, noWorker: noWorker, showsResult: showsResult))
        case .repeated(let job):
            return (.ok, JobRepresentation(job, noWorker: noWorker, showsResult: showsResult))
        case .keyReused: throw Problem.idempotencyKeyReused
        }
    }

    /// Answers the job, at once or when `?wait` says.
    @Sendable private func show(_ request: Request, context: APIRequestContext) async throws -> Response {
        let wait = try WaitTime(request)
        let job = try await jobs.job(context.jobID, for: context.principal, waiting: wait.duration)
        let waiting = Waiting(of: job, in: offers.cache.snapshot, at: now())
        return JobRepresentation(job, waiting: waiting, showsResult: context.principal.seesResults).response(.ok)
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
