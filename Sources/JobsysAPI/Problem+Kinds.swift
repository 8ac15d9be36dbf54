import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysJSON

extension Problem {
    /// Makes the problem of a submission that cannot be accepted.
    init(_ error: SubmissionError) {
        switch error {
        case .invalid(let problems):
            self.init(.unprocessableContent, "Members of the job are missing or wrong.", errors: problems)
        case .payloadTooLarge(let bytes):
            let limit = Submission.payloadLimit
            self.init(.contentTooLarge, "The payload has \(bytes) bytes as compact JSON; the limit is \(limit).")
        }
    }

    /// A body that is longer than may be sent.
    static func bodyTooLarge(limit: Int) -> Problem {
        Problem(.contentTooLarge, "The body is longer than the limit of \(limit) bytes.")
    }

    /// There is no such job.
    static let noSuchJob = Problem(.notFound, "There is no job of this id.")

    /// The job is in no state in which that can be done to it.
    static func wrongState(_ job: Job, _ rule: String) -> Problem {
        var problem = Problem(.conflict, "The job is \(job.status.rawValue); \(rule)")
        problem.type = "urn:jobsys:problem:wrong-state"
        problem.title = "Wrong state"
        problem.jobStatus = job.status
        return problem
    }

    /// The job moved on whenever something was to be done to it.
    static func moving(_ job: Job) -> Problem {
        let detail = "The job is \(job.status.rawValue) and moves: ask again."
        return Problem(.serviceUnavailable, detail, headers: [.retryAfter: "1"])
    }

    /// There is no such type, as far as workers and operators have spoken of it.
    static let noSuchType = Problem(.notFound, "No worker has ever offered jobs of this type.")

    /// No worker offers the type of a submission, and such ones are refused.
    static func noWorker(_ type: String) -> Problem {
        var problem = Problem(
            .unprocessableContent,
            "No worker that is there offers jobs of type \(type), and this service refuses those.",
            errors: [FieldProblem(.root.appending("type"), "is offered by no worker")]
        )
        problem.type = "urn:jobsys:problem:no-worker"
        problem.title = "No worker"
        return problem
    }

    /// There is nothing at the path.
    static let noSuchPath = Problem(.notFound, "There is nothing at this path.")

    /// The path exists, but not for this method.
    static func methodNotAllowed(allowed: [HTTPRequest.Method]) -> Problem {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        return Problem(.methodNotAllowed, "This path takes \(names) only.", headers: [.allow: names])
    }

    /// The idempotency key was used for another job before.
    static let idempotencyKeyReused: Problem = {
        let detail = "This Idempotency-Key was used for another job: everything in the body must be the same."
        var problem = Problem(.unprocessableContent, detail)
        problem.type = "urn:jobsys:problem:idempotency-key-reused"
        problem.title = "Idempotency key reused"
        return problem
    }()
}

extension Problem {
    /// Makes the problem that an error is to the client, without telling it more than it can use.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem:
            self = problem
        case let error as SubmissionError:
            self.init(error)
        case let error as DependencyError where error.isMissingDirectory:
            let detail =
                "The table has no index by which workers and types are listed, or it is not filled yet: "
                + "infra/cloudformation/data-plane.yaml must be deployed anew."
            self.init(.serviceUnavailable, detail, headers: [.retryAfter: "60"], cause: error)
            type = "urn:jobsys:problem:no-directory"
            title = "No directory"
        case let error as DependencyError where error.isTransient:
            self = .unavailable("A service that this one depends on did not answer.", cause: error)
        case let error as DependencyError where !error.refusesRequest:
            // It is not there, or does not let us in: others must mend that, which takes a while.
            let detail = "A service that this one depends on is missing or refuses it; its cause is in the log."
            self = .unavailable(detail, retryAfter: 10, cause: error)
        case let error as UnreadableRecord:
            self.init(
                .internalServerError,
                "The record cannot be read by this version of the service: \(error.finding).",
                cause: error
            )
            type = "urn:jobsys:problem:unreadable-record"
            title = "Unreadable record"
        case is CancellationError:
            self = .unavailable("The service is stopping.", cause: error)
        default:
            self.init(.internalServerError, "The request failed; its cause is in the log.", cause: error)
        }
    }

    private static func unavailable(_ detail: String, retryAfter: Int = 1, cause: any Error) -> Problem {
        let advice = " Ask again; with an Idempotency-Key, a repeated submission makes no second job."
        return Problem(.serviceUnavailable, detail + advice, headers: [.retryAfter: "\(retryAfter)"], cause: cause)
    }
}
