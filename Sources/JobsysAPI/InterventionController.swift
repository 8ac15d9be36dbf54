import Hummingbird
import JobsysCore

/// Cancels jobs and starts them anew.
struct InterventionController: Sendable {
    let jobs: JobAccess
    let bodyReader: BodyReader

    /// All that it does.
    var routes: [Route] {
        [
            Route(.post, "/jobs/{id}/cancel", .needs(.cancelJobs), change: "job.cancel", respond: cancel),
            Route(.post, "/jobs/{id}/redrive", .needs(.redriveJobs), change: "job.redrive", respond: redrive),
        ]
    }

    /// Answers the job: 200 if it is cancelled, 202 if its worker was asked to stop.
    @Sendable private func cancel(_ request: Request, context: APIRequestContext) async throws -> Response {
        let showsResult = context.principal.seesResults
        switch try await jobs.cancel(context.jobID, by: context.principal) {
        case .done(let job): return JobRepresentation(job, showsResult: showsResult).response(.ok)
        case .requested(let job): return JobRepresentation(job, showsResult: showsResult).response(.accepted)
        case .refused(let job) where job.status.isFinal:
            throw Problem.wrongState(job, "a job that is over cannot be cancelled.")
        case .refused(let job): throw Problem.moving(job)
        case .noSuchJob: throw Problem.noSuchJob
        }
    }

    /// Answers a ticket: 202, for it is as if the job were submitted again.
    @Sendable private func redrive(_ request: Request, context: APIRequestContext) async throws -> Response {
        let id = try context.jobID
        let payload = try await RedriveRequest(request, body: bodyReader).payload
        switch try await jobs.redrive(id, with: payload, by: context.principal) {
        case .done(let job):
            return JobRepresentation(job, showsResult: context.principal.seesResults).ticket(.accepted)
        case .refused(let job), .requested(let job):
            throw Problem.wrongState(job, "only one that is FAILED_FINAL or CANCELLED can be redriven.")
        case .noSuchJob: throw Problem.noSuchJob
        }
    }
}
