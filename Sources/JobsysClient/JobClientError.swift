import JobsysJSON

/// A request that came to nothing.
public struct JobClientError: Error, Sendable, CustomStringConvertible {
    /// What happened.
    public enum Kind: Sendable, Hashable {
        /// The service did not answer, or could not do its work, for as long as the client is patient.
        case unavailable
        /// Members of the request are missing or wrong; ``JobClientError/problems`` names them.
        case invalid
        /// There is no such job.
        case notFound
        /// The job's state forbids it, or the idempotency key belongs to another job.
        case conflict
        /// The credentials are missing, wrong or not enough.
        case denied
        /// Anything else that the service refuses.
        case refused
        /// What answers is no `svc-api`, or one of a version that cannot be read.
        case unreadable
    }

    /// What is wrong with one member of a request.
    public struct MemberProblem: Sendable, Hashable {
        /// Where it is (RFC 6901).
        public var pointer: String
        /// What is wrong and what was expected.
        public var message: String
    }

    /// What happened.
    public let kind: Kind
    /// The status that was answered; nil if nothing was.
    public let status: Int?
    /// What went wrong, for a reader.
    public let description: String
    /// What is wrong with which member of the request.
    public let problems: [MemberProblem]
    /// Whether the service may have done what it was asked for although no answer came: a submission can be repeated with its
    /// idempotency key.
    public let mayHaveBeenDone: Bool

    init(_ failure: APIFailure) {
        status = failure.status
        description = failure.description
        mayHaveBeenDone = failure.mayHaveBeenDone
        guard case .problem(let status, let problem) = failure.kind else {
            kind = failure.isTransient ? .unavailable : .unreadable
            problems = []
            return
        }
        problems = (problem["errors"]?.arrayValue ?? [])
            .map { error in
                MemberProblem(
                    pointer: error["pointer"]?.stringValue ?? "",
                    message: error["message"]?.stringValue ?? ""
                )
            }
        kind =
            switch status {
            case _ where failure.isTransient: .unavailable
            case 400, 413, 415, 422:
                problem["type"] == "urn:jobsys:problem:idempotency-key-reused" ? .conflict : .invalid
            case 401, 403: .denied
            case 404: .notFound
            case 409: .conflict
            default: .refused
            }
    }

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
        status = nil
        problems = []
        mayHaveBeenDone = false
    }
}
