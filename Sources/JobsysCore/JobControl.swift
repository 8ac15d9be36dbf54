public import JobsysJSON
public import JobsysTime

/// Where people intervene in what becomes of a job.
///
/// Both calls are one conditional write, and throw ``DependencyError``; the write may have happened then.
public protocol JobControl: Sendable {
    /// Cancels a job that waits, or asks the worker that runs it to stop.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - now: When it is asked for.
    ///   - expiresAt: When the store may forget the job, if it is cancelled at once.
    /// - Returns: What became of it; that a job is cancelled already counts as done.
    /// - Throws: ``DependencyError``.
    func cancel(_ id: JobID, at now: Timestamp, expiresAt: Timestamp) async throws -> Intervention

    /// Starts a job that failed for good, or was cancelled, in a new generation: with all its attempts, and with another
    /// payload if one is given. Its incident is closed. The caller sends its message.
    func redrive(_ id: JobID, with payload: JSONValue?, at now: Timestamp) async throws -> Intervention
}

/// What became of an intervention; the job is as it is now.
public enum Intervention: Sendable, Hashable {
    /// It was done.
    case done(Job)
    /// The job runs, and its worker will be told.
    case requested(Job)
    /// The job's state forbids it.
    case refused(Job)
    /// There is no such job.
    case noSuchJob
}
