public import JobsysCore
import JobsysObservability
import JobsysTime
import Testing

extension JobStoreRule {
    static let failures = [
        JobStoreRule("a final failure marks the job and leaves its incident") { store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            let seen = try #require(try await store.job(job.id))
            let incident = Incident.sample(of: seen)
            #expect(try await store.fail(seen, with: incident, expiresAt: .sample + .seconds(86400)) == .written)
            var expected = seen
            expected.status = .failedFinal
            expected.lease = Job.Lease(owner: run.owner, messageID: "message", expiresAt: nil)
            expected.error = incident.failure
            expected.updatedAt = incident.failure.at
            expected.finishedAt = incident.failure.at
            let stored = try #require(try await store.job(job.id))
            expected.expiresAt = stored.expiresAt
            #expect(stored == expected)
            #expect(stored.expiresAt?.seconds == (Timestamp.sample + .seconds(86400)).seconds)
            #expect(try await store.incident(incident.id) == incident)
        },
        JobStoreRule("a job that has moved on since it was read is not marked, and has no incident") {
            store async throws in
            let job = try await store.created()
            _ = try await store.claimed(job)
            let seen = try #require(try await store.job(job.id))
            _ = try await store.claimed(job, owner: "two", at: .sample + .seconds(61))
            let current = try await store.job(job.id)
            let incident = Incident.sample(of: seen)
            #expect(try await store.fail(seen, with: incident, expiresAt: .sample) == .lost)
            #expect(try await store.job(job.id) == current)
            #expect(try await store.incident(incident.id) == nil)
        },
        JobStoreRule("a job whose lease was renewed since it was read is not marked") { store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            let seen = try #require(try await store.job(job.id))
            #expect(try await store.extendLease(of: run, until: .sample + .seconds(300)) == .written)
            #expect(try await store.fail(seen, with: .sample(of: seen), expiresAt: .sample) == .lost)
            #expect(try await store.job(job.id)?.status == .running)
        },
        JobStoreRule("a job that nobody claimed can be marked too") { store async throws in
            let job = try await store.created()
            let incident = Incident.sample(of: job)
            #expect(try await store.fail(job, with: incident, expiresAt: .sample) == .written)
            #expect(try await store.job(job.id)?.status == .failedFinal)
            #expect(try await store.fail(job, with: incident, expiresAt: .sample) == .lost)
        },
        JobStoreRule("a stray message has one incident, however often it is recorded") { store async throws in
            let failure = Job.RecordedFailure(errorClass: .validation, message: "not JSON", at: .sample)
            // A name of its own, because a store may be shared by several runs of these rules.
            let id = Incident.ID.message("\(JobID(at: .now()))")
            let incident = Incident(
                id: id,
                tenant: Submission.defaultTenant,
                jobType: nil,
                failure: failure,
                attempts: 0,
                traceID: nil,
                excerpt: "garbage"
            )
            #expect(try await store.record(incident, expiresAt: .sample) == .written)
            var later = incident
            later.failure.at = .sample + .seconds(1)
            #expect(try await store.record(later, expiresAt: .sample) == .lost)
            #expect(try await store.incident(id) == incident)
        },
        JobStoreRule("an incident is announced when it was noted, and one that is not there stays away") {
            store async throws in
            let job = try await store.created()
            let incident = Incident.sample(of: job)
            try await store.noteAnnounced(incident.id, at: .sample)
            #expect(try await store.incident(incident.id) == nil)
            _ = try await store.fail(job, with: incident, expiresAt: .sample + .seconds(86400))
            #expect(try await store.incident(incident.id)?.announcedAt == nil)
            try await store.noteAnnounced(incident.id, at: .sample + .seconds(9))
            #expect(try await store.incident(incident.id)?.announcedAt == .sample + .seconds(9))
        },
        JobStoreRule("an incident that nobody recorded is not there") { store async throws in
            #expect(try await store.incident(.job(JobID(at: .sample), generation: 0)) == nil)
        },
    ]
}

/// Another trace than the sample's.
let otherTrace: TraceID = {
    guard let trace = TraceID("67891233000000000000000000000001") else {
        preconditionFailure("the text is a trace id")
    }
    return trace
}()

extension Incident {
    /// The incident of a job that met a system failure.
    public static func sample(of job: Job) -> Incident {
        Incident(
            id: .job(job.id, generation: job.generation),
            tenant: job.tenant,
            jobType: job.type,
            failure: Job.RecordedFailure(errorClass: .system, message: "broken", at: .sample + .seconds(5)),
            attempts: job.attempts,
            traceID: job.traceID,
            excerpt: #"{"text":"hello"}"#
        )
    }
}
