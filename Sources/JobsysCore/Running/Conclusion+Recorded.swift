extension Conclusion {
    /// Whether a record shows that this run has already been ended in this way: the answer to the write was lost, and
    /// it was made again.
    public func isRecorded(in job: Job, by run: Run) -> Bool {
        guard job.generation == run.generation, job.lease?.owner == run.owner, job.lease?.expiresAt == nil else {
            return false
        }
        switch self {
        case .succeeded:
            return job.status == .succeeded && job.attempts == run.attempt
        case .retrying:
            return job.status == .retrying && job.attempts == run.attempt
        case .givenUp:
            return job.status == .running && job.givenUpAt != nil && job.attempts == run.attempt
        case .cancelled:
            return job.status == .cancelled && job.attempts == run.attempt
        case .released:
            let status: JobStatus = run.attempt == 1 ? .pending : .retrying
            return job.status == status && job.attempts == run.attempt - 1
        }
    }
}

extension Conclusion {
    /// Whether the job is not over by it, which a request for its cancellation forbids.
    public var leavesJobOpen: Bool {
        switch self {
        case .retrying, .givenUp, .released: true
        case .succeeded, .cancelled: false
        }
    }
}
