import JobsysTime

/// What is done with a job that is among the due ones.
enum Promotion: Sendable, Hashable {
    /// Its message is sent with this delay, and then it is taken off them.
    case send(after: Duration)
    /// It stays among them: its time has not come.
    case wait
    /// It is taken off them: its message was received, or none is needed any more.
    case drop

    /// Decides, by the job as it is.
    ///
    /// A queue can keep the message of a scheduled job until its start, unless the queue is an ordered one. One that
    /// was started anew has its message already if all went well, so it waits for the time at which somebody else
    /// should have taken it.
    init(of job: Job, due: DueJob, at now: Timestamp) {
        switch job.status {
        case .scheduled:
            let delay = max(.zero, (job.runAt ?? due.at).duration(since: now))
            let limit: Duration = job.orderingKey == nil ? Job.longestQueueDelay : .zero
            self = delay <= limit ? .send(after: delay) : .wait
        case .pending:
            self = due.at <= now ? .send(after: .zero) : .wait
        case .running, .retrying, .succeeded, .failedFinal, .cancelled:
            self = .drop
        }
    }
}
