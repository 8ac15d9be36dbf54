public import JobsysJSON

/// What is to be done about an attempt that has ended: the state first, then the queue.
public enum Settlement: Sendable, Hashable {
    /// Record the result, then delete the message.
    case complete(JSONValue)
    /// Record the failure, then hide the message until the next attempt.
    case retry(JobFailure, after: Duration)
    /// Send the message to the dead letters, then delete it.
    case deadLetter(JobFailure)
    /// Give the attempt back, then hand the message out at once.
    case handBack
    /// Record that the job is cancelled, then delete the message.
    case cancel
    /// Leave all as it is: job and message are somebody else's.
    case leave

    /// Decides how an attempt's outcome is settled.
    ///
    /// Total: every outcome has its one settlement.
    ///
    /// - Parameters:
    ///   - outcome: How the attempt ended.
    ///   - attempt: Which attempt it was, from 1.
    ///   - maxAttempts: How many there may be.
    ///   - draw: A random number in 0..<1, which spreads the retries.
    public init(of outcome: JobOutcome, attempt: Int, maxAttempts: Int, draw: Double) {
        switch outcome {
        case .succeeded(let result):
            self = .complete(result)
        case .failed(let failure) where !failure.errorClass.isRetryable || attempt >= maxAttempts:
            self = .deadLetter(failure)
        case .failed(let failure):
            let backoff = failure.errorClass.backoff.delay(afterAttempt: attempt, draw: draw)
            self = .retry(failure, after: min(max(.zero, failure.retryAfter ?? backoff), Self.longestDelay))
        case .interrupted:
            self = .handBack
        case .leaseLost:
            self = .leave
        case .cancelled:
            self = .cancel
        }
    }

    /// The queue hides a message for 12 hours from its receipt at most; this leaves room for the run itself.
    static let longestDelay: Duration = .seconds(11 * 3600)
}
