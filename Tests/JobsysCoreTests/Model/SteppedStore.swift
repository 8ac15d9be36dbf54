import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime

/// A store whose every call is a step of the model.
struct SteppedStore: JobStore, FailureStore, JobControl {
    let store: InMemoryJobStore
    let scheduler: StepScheduler
    var flaw: ModelFlaw?

    func create(_ job: Job) async throws -> Creation {
        try await scheduler.step("create") { try await store.create(job) }
    }

    func job(_ id: JobID) async throws -> Job? {
        try await scheduler.step("job") { try await store.job(id) }
    }

    func claim(_ claim: Claim) async throws -> ClaimResult {
        try await scheduler.step("claim") { try await store.claim(claim) }
    }

    func takeOver(_ job: Job, by claim: Claim) async throws -> FencedWrite {
        try await scheduler.step("takeOver") {
            flaw == .takeOverDoesNothing ? .written : try await store.takeOver(job, by: claim)
        }
    }

    func extendLease(
        of run: Run,
        until expiry: Timestamp,
        progress: JobProgress?
    ) async throws -> FencedWrite {
        try await scheduler.step("extendLease") {
            try await store.extendLease(of: run, until: expiry, progress: progress)
        }
    }

    func conclude(_ run: Run, with conclusion: Conclusion, at now: Timestamp) async throws -> FencedWrite {
        if flaw == .givingUpIsNotRecorded, case .givenUp = conclusion {
            return try await extendLease(of: run, until: now + LeaseTiming().length)
        }
        return try await scheduler.step("conclude") {
            let write = try await store.conclude(run, with: conclusion, at: now)
            if flaw == .handBackCounts, write == .written, case .released = conclusion,
                var job = try await store.job(run.jobID)
            {
                job.attempts += 1
                store.put(job)
            }
            return write
        }
    }

    func fail(_ job: Job, with incident: Incident, expiresAt: Timestamp) async throws -> FencedWrite {
        try await scheduler.step("fail") { try await store.fail(job, with: incident, expiresAt: expiresAt) }
    }

    func record(_ incident: Incident, expiresAt: Timestamp) async throws -> FencedWrite {
        try await scheduler.step("record") { try await store.record(incident, expiresAt: expiresAt) }
    }

    func noteAnnounced(_ id: Incident.ID, at now: Timestamp) async throws {
        try await scheduler.step("noteAnnounced") { try await store.noteAnnounced(id, at: now) }
    }

    func incident(_ id: Incident.ID) async throws -> Incident? {
        var incident = try await scheduler.step("incident") { try await store.incident(id) }
        if flaw == .repeatedLetterIsSilent { incident?.announcedAt = .sample }
        return incident
    }

    func cancel(_ id: JobID, at now: Timestamp, expiresAt: Timestamp) async throws -> Intervention {
        try await scheduler.step("cancel") { try await store.cancel(id, at: now, expiresAt: expiresAt) }
    }

    func redrive(_ id: JobID, with payload: JSONValue?, at now: Timestamp) async throws -> Intervention {
        try await scheduler.step("redrive") { try await store.redrive(id, with: payload, at: now) }
    }

    func checkReachable() async throws {}
}
