public import JobsysJSON
public import JobsysTime

/// Where final failures are recorded.
///
/// All calls throw ``DependencyError``.
public protocol FailureStore: Sendable {
    /// Reads a job as it is now; nil if there is none.
    func job(_ id: JobID) async throws -> Job?

    /// The fields of a type's payloads that nobody is shown, as workers that offer the type have said; none if none has.
    func sensitiveFields(ofType type: String) async throws -> [FieldPath]

    /// Marks a job as failed for good and records its incident, both or neither, if the job still is as given: the same
    /// status, generation, attempts and lease.
    ///
    /// - Parameters:
    ///   - job: The job as it was read.
    ///   - incident: What is to be recorded; its failure becomes the job's error.
    ///   - expiresAt: When the store may forget the job and the incident.
    /// - Returns: Whether the job was as given, and so is marked now.
    /// - Throws: ``DependencyError``; both writes may have happened then.
    func fail(_ job: Job, with incident: Incident, expiresAt: Timestamp) async throws -> FencedWrite

    /// Records the incident of a message that belongs to no job, unless it is recorded already.
    func record(_ incident: Incident, expiresAt: Timestamp) async throws -> FencedWrite

    /// Notes that people have been told of an incident; does nothing if there is none.
    func noteAnnounced(_ id: Incident.ID, at now: Timestamp) async throws

    /// Reads an incident as it is now; nil if there is none.
    func incident(_ id: Incident.ID) async throws -> Incident?
}

extension FailureStore {
    /// None, where workers say nothing of their types.
    public func sensitiveFields(ofType type: String) async throws -> [FieldPath] { [] }
}
