import JobsysCore
import JobsysJSON
import JobsysTime
import Testing

extension JobStoreRule {
    static let control = [
        JobStoreRule("a job that waits is cancelled, and nobody starts it") { store async throws in
            let job = try await store.created()
            let now = Timestamp.sample + .seconds(5)
            guard case .done(let cancelled) = try await store.cancel(job.id, at: now, expiresAt: now + .seconds(60))
            else { return #expect(Bool(false), "not cancelled") }
            #expect(cancelled.status == .cancelled)
            #expect(cancelled.finishedAt == now)
            #expect(cancelled.expiresAt?.seconds == (now + .seconds(60)).seconds)
            #expect(try await store.job(job.id) == cancelled)
            #expect(try await store.claim(.sample(of: job, at: now)) == .finished)
            // As a retried call does.
            #expect(try await store.cancel(job.id, at: now + .seconds(9), expiresAt: now) == .done(cancelled))
        },
        JobStoreRule("a job that runs is asked to stop: its run may succeed or be cancelled, and nothing else") {
            store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            let now = Timestamp.sample + .seconds(5)
            guard case .requested(let asked) = try await store.cancel(job.id, at: now, expiresAt: now) else {
                return #expect(Bool(false), "not asked to stop")
            }
            #expect(asked.status == .running)
            #expect(asked.cancelRequestedAt == now)
            #expect(try await store.extendLease(of: run, until: now + .seconds(60)) == .cancelRequested)
            let retrying = Conclusion.retrying(JobFailure(.system, "x"), notBefore: now)
            #expect(try await store.conclude(run, with: retrying, at: now) == .cancelRequested)
            #expect(try await store.conclude(run, with: .released, at: now) == .cancelRequested)
            #expect(try await store.job(job.id) == asked)
            let cancelled = Conclusion.cancelled(expiresAt: now + .seconds(60))
            #expect(try await store.conclude(run, with: cancelled, at: now) == .written)
            #expect(try await store.conclude(run, with: cancelled, at: now) == .written)
            #expect(try await store.job(job.id)?.status == .cancelled)
            #expect(try await store.job(job.id)?.finishedAt == now)
        },
        JobStoreRule("a job that runs and is asked to stop may succeed all the same") { store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            _ = try await store.cancel(job.id, at: .sample, expiresAt: .sample)
            let result = Conclusion.succeeded(JobResult("done", expiresAt: .sample + .seconds(86400)))
            #expect(try await store.conclude(run, with: result, at: .sample) == .written)
            #expect(try await store.job(job.id)?.status == .succeeded)
            #expect(try await store.job(job.id)?.cancelRequestedAt == nil)
        },
        JobStoreRule("who lost the lease is told so, cancelled or not") { store async throws in
            let job = try await store.created()
            let lost = try await store.claimed(job)
            _ = try await store.claimed(job, owner: "two", at: .sample + .seconds(61))
            _ = try await store.cancel(job.id, at: .sample + .seconds(62), expiresAt: .sample)
            #expect(try await store.extendLease(of: lost, until: .sample + .seconds(999)) == .lost)
        },
        JobStoreRule("a job that is over is not cancelled, and one that is not there is not found") {
            store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            _ = try await store.conclude(run, with: .succeeded(JobResult("done", expiresAt: .sample)), at: .sample)
            let done = try #require(try await store.job(job.id))
            #expect(try await store.cancel(job.id, at: .sample, expiresAt: .sample) == .refused(done))
            #expect(try await store.cancel(JobID(at: .sample), at: .sample, expiresAt: .sample) == .noSuchJob)
        },
        JobStoreRule("a job that failed for good starts anew in its next generation, with another payload if asked") {
            store async throws in
            let job = try await store.created()
            _ = try await store.claimed(job)
            let seen = try #require(try await store.job(job.id))
            #expect(try await store.fail(seen, with: .sample(of: seen), expiresAt: .sample) == .written)
            let now = Timestamp.sample + .seconds(100)
            guard case .done(let next) = try await store.redrive(job.id, with: ["text": "mended"], at: now) else {
                return #expect(Bool(false), "not redriven")
            }
            #expect(next.status == .pending)
            #expect(next.generation == 1)
            #expect(next.attempts == 0)
            #expect(next.payload == ["text": "mended"])
            #expect(next.payloadHash != job.payloadHash)
            #expect(next.error == nil && next.finishedAt == nil && next.expiresAt == nil)
            #expect(try await store.job(job.id) == next)
            // The message of the generation before is void, the new one's runs the job.
            #expect(try await store.claim(.sample(of: job, owner: "two", at: now)) == .superseded)
            #expect(try await store.claim(.sample(of: next, owner: "two", at: now)).job?.attempts == 1)
        },
        JobStoreRule("only a job that failed for good or was cancelled is redriven") { store async throws in
            let job = try await store.created()
            #expect(try await store.redrive(job.id, with: nil, at: .sample) == .refused(job))
            _ = try await store.cancel(job.id, at: .sample, expiresAt: .sample)
            guard case .done(let next) = try await store.redrive(job.id, with: nil, at: .sample) else {
                return #expect(Bool(false), "not redriven")
            }
            #expect(next.payload == job.payload)
            #expect(next.generation == 1)
            #expect(try await store.redrive(JobID(at: .sample), with: nil, at: .sample) == .noSuchJob)
        },
        JobStoreRule("of many redrives at once one is done") { store async throws in
            let job = try await store.created()
            _ = try await store.cancel(job.id, at: .sample, expiresAt: .sample)
            let results = try await withThrowingTaskGroup(of: Intervention.self) { group in
                for _ in 0..<5 {
                    group.addTask { try await store.redrive(job.id, with: nil, at: .sample) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { if case .done = $0 { true } else { false } } == 1)
            #expect(try await store.job(job.id)?.generation == 1)
        },
        JobStoreRule("a scheduled job starts at its time and not before") { store async throws in
            let start = Timestamp.sample + .seconds(300)
            let submission = Submission(type: "transform", payload: "later", start: .at(start))
            let job = Job(submission, id: JobID(at: .sample), traceID: otherTrace, at: .sample)
            #expect(job.status == .scheduled)
            #expect(try await store.create(job) == .created)
            #expect(try await store.job(job.id) == job)
            #expect(try await store.claim(.sample(of: job)) == .notReady(until: start))
            #expect(try await store.claim(.sample(of: job, at: start)).job?.status == .running)
        },
    ]
}
