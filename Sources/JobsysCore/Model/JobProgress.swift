import JobsysHandlers
import JobsysObservability
public import JobsysTime

/// How far a run says that it has come.
public struct JobProgress: Sendable, Hashable {
    /// From 0 to 1, to four decimal places.
    public let fraction: Double
    /// What is being done, for a reader; redacted and cut as the message of a ``JobFailure`` is.
    public let message: String?
    /// When the run said so.
    public let at: Timestamp

    /// Makes a report; a fraction that lies outside is taken for the nearer end, and what is no number for 0.
    public init(_ fraction: Double, _ message: String?, at now: Timestamp) {
        let bounded = fraction.isNaN ? 0 : min(max(fraction, 0), 1)
        self.fraction = (bounded * 10_000).rounded() / 10_000
        self.message = message.flatMap { message in
            guard !message.isEmpty else { return nil }
            return Redactor.standard.excerpt(of: message.fitToShow, maxBytes: JobFailure.messageLimit)
        }
        at = now
    }
}
