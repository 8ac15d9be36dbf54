extension InMemoryJobStore {
    /// What a write depends on.
    package enum Condition: Sendable, Hashable {
        /// A claim: nobody else's lease lasts.
        case leaseEnded
        /// A claim: there are attempts left.
        case attemptsLeft
        /// A claim: the message is of the job's generation.
        case sameGeneration
        /// A claim: the job is not final.
        case notFinal
        /// A claim: nobody has asked for the job's cancellation.
        case notCancelled
        /// A claim: the job's last attempt has not failed for good.
        case notGivenUp
        /// A run's write: the run still holds the job.
        case sameRun
        /// A run's write that leaves the job open: nobody has asked for its cancellation.
        case openUnlessCancelled
        /// A final failure: the job is as it was read.
        case unchanged
        /// A final failure, or a job that is taken over: its lease was not renewed since it was read.
        case sameExpiry
    }
}
