import JobsysCore
import JobsysTestKit
import JobsysTime
import Synchronization

/// A store that fails for some jobs and keeps whoever reads others waiting.
final class ObstructedStore: FailureStore {
    private let base: InMemoryJobStore
    private let failing: Set<JobID>
    private let stuck: Set<JobID>
    private let (arrivals, arrivalContinuation) = AsyncStream<Void>.makeStream()
    private let (gate, gateContinuation) = AsyncStream<Never>.makeStream()

    init(_ base: InMemoryJobStore, failing: Set<JobID> = [], stuck: Set<JobID> = []) {
        self.base = base
        self.failing = failing
        self.stuck = stuck
    }

    /// Waits until somebody is kept waiting.
    func waitForArrival() async {
        for await _ in arrivals { return }
    }

    /// Lets everybody go on, now and later.
    func open() {
        gateContinuation.finish()
    }

    func job(_ id: JobID) async throws -> Job? {
        if failing.contains(id) { throw DependencyError.outage }
        if stuck.contains(id) {
            arrivalContinuation.yield()
            for await _ in gate {}
            try Task.checkCancellation()
        }
        return try await base.job(id)
    }

    func fail(_ job: Job, with incident: Incident, expiresAt: Timestamp) async throws -> FencedWrite {
        try await base.fail(job, with: incident, expiresAt: expiresAt)
    }

    func record(_ incident: Incident, expiresAt: Timestamp) async throws -> FencedWrite {
        try await base.record(incident, expiresAt: expiresAt)
    }

    func noteAnnounced(_ id: Incident.ID, at now: Timestamp) async throws {
        try await base.noteAnnounced(id, at: now)
    }

    func incident(_ id: Incident.ID) async throws -> Incident? {
        try await base.incident(id)
    }
}
