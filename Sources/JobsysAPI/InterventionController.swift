import Hummingbird
import JobsysCore

/// Cancels jobs and starts them anew.
struct InterventionController: Sendable {
    let supervisor: JobSupervisor
    let bodyReader: BodyReader

    /// All that it does.
    var routes: [Route] {
        [
            Route(.post, "/jobs/{id}/cancel", respond: cancel),
            Route(.post, "/jobs/{id}/redrive", respond: redrive),
        ]
    }

    /// Answers the job: 200 if it is cancelled, 202 if its worker was asked to stop.
    @Sendable private func cancel(_ request: Request, context: BasicRequestContext) async throws -> Response {
        switch try await supervisor.cancel(context.jobID) {
        case .done(let job): return JobRepresentation(job).response(.ok)
        case .requested(let job): return JobRepresentation(job).response(.accepted)
        case .refused(let job) where job.status.isFinal:
            throw Problem.wrongState(job, "a job that is over cannot be cancelled.")
        case .refused(let job): throw Problem.moving(job)
        case .noSuchJob: throw Problem.noSuchJob
        }
    }

    /// Answers a ticket: 202, for it is as if the job were submitted again.
    @Sendable private func redrive(_ request: Request, context: BasicRequestContext) async throws -> Response {
        let id = try context.jobID
        let payload = try await RedriveRequest(request, body: bodyReader).payload
        switch try await supervisor.redrive(id, with: payload) {
        case .done(let job): return JobRepresentation(job).ticket(.accepted)
        case .refused(let job), .requested(let job):
            throw Problem.wrongState(job, "only one that is FAILED_FINAL or CANCELLED can be redriven.")
        case .noSuchJob: throw Problem.noSuchJob
        }
    }
}
