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
    let offers: OfferCheck

    /// All that it does.
    var routes: [Route] {
        [
            Route(.post, "/jobs", respond: submit),
            Route(.get, "/jobs/{id}", respond: show),
        ]
    }

    /// Answers a ticket: 202 for a new job, 200 for the one that an earlier request with the same key made.
    @Sendable private func submit(_ request: Request, context: BasicRequestContext) async throws -> Response {
        let submission = try await SubmissionRequest(request, body: bodyReader, at: now).submission
        let noWorker = try offers.lacksWorker(submission.type)
        let ticket = try await CostTag.$current.withValue(submission.type) {
            try await submitter.submit(submission, trace: trace(of: request))
        }
        switch ticket {
        case .accepted(let job):
            RequestNotes.current?.add(job.logMetadata)
            return JobRepresentation(job, noWorker: noWorker).ticket(.accepted)
        case .repeated(let job): return JobRepresentation(job, noWorker: noWorker).ticket(.ok)
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

    /// The caller's place in its trace, or a new trace.
    private func trace(of request: Request) -> TraceContext {
        request.headers[.traceparent].flatMap(TraceContext.init(traceparent:))
            ?? request.headers[.xrayTraceID].flatMap(TraceContext.init(xrayHeader:))
            ?? makeTrace()
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
