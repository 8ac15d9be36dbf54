import JobsysCore
import JobsysJSON
import JobsysTime
import Testing

extension JobStoreRule {
    static let runs = [
        JobStoreRule("a success is recorded with its result") { store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            let result = JobResult(["answer": 42], expiresAt: .sample + .seconds(86400))
            #expect(try await store.conclude(run, with: .succeeded(result), at: .sample + .seconds(2)) == .written)
            var expected = job
            expected.status = .succeeded
            expected.attempts = 1
            expected.lease = Job.Lease(owner: "one", messageID: "message", expiresAt: nil)
            expected.result = ["answer": 42]
            expected.startedAt = .sample
            expected.updatedAt = .sample + .seconds(2)
            expected.finishedAt = .sample + .seconds(2)
            // The store keeps the end of a record's life in whole seconds.
            let stored = try #require(try await store.job(job.id))
            expected.expiresAt = stored.expiresAt
            #expect(stored == expected)
            #expect(stored.expiresAt?.seconds == (Timestamp.sample + .seconds(86400)).seconds)
        },
        JobStoreRule("a failed attempt keeps its error until a later one succeeds") { store async throws in
            let job = try await store.created()
            let failure = JobFailure(.network, "no route")
            let first = try await store.claimed(job)
            #expect(
                try await store.conclude(
                    first,
                    with: .retrying(failure, notBefore: .sample, maxAttempts: 4),
                    at: .sample
                ) == .written
            )
            let waiting = try #require(try await store.job(job.id))
            #expect(waiting.status == .retrying)
            #expect(waiting.error == Job.RecordedFailure(failure, at: .sample))
            #expect(waiting.lease == Job.Lease(owner: "one", messageID: "message", expiresAt: nil))
            let second = try await store.claimed(job, owner: "two")
            #expect(second.attempt == 2)
            #expect(try await store.job(job.id)?.error == waiting.error)
            let result = JobResult("done", expiresAt: .sample)
            #expect(try await store.conclude(second, with: .succeeded(result), at: .sample) == .written)
            #expect(try await store.job(job.id)?.error == nil)
        },
        JobStoreRule("the failures of all attempts are kept, and go into the incident") { store async throws in
            let job = try await store.created()
            var failures: [Job.RecordedFailure] = []
            for (number, owner) in ["one", "two", "three"].enumerated() {
                let now = Timestamp.sample + .seconds(number)
                let run = try await store.claimed(job, owner: owner, at: now)
                let failure = JobFailure(.network, "number \(number)")
                let conclusion = Conclusion.retrying(failure, notBefore: now, maxAttempts: 4)
                #expect(try await store.conclude(run, with: conclusion, at: now) == .written)
                failures.append(Job.RecordedFailure(failure, at: now))
                #expect(try await store.job(job.id)?.failures == failures)
            }
            let seen = try #require(try await store.job(job.id))
            var incident = Incident.sample(of: seen)
            incident.history = seen.failures
            #expect(try await store.fail(seen, with: incident, expiresAt: .sample) == .written)
            #expect(try await store.incident(incident.id)?.history == failures)
            _ = try await store.redrive(job.id, with: nil, at: .sample)
            #expect(try await store.job(job.id)?.failures == [])
        },
        JobStoreRule("a retry may change how many attempts there are") { store async throws in
            let job = Job.sample(maxAttempts: 2)
            #expect(try await store.create(job) == .created)
            let run = try await store.claimed(job)
            let conclusion = Conclusion.retrying(JobFailure(.system, "x"), notBefore: .sample, maxAttempts: 6)
            #expect(try await store.conclude(run, with: conclusion, at: .sample) == .written)
            #expect(try await store.job(job.id)?.maxAttempts == 6)
        },
        JobStoreRule("a job that is handed back has its attempt back") { store async throws in
            let job = try await store.created()
            let first = try await store.claimed(job)
            #expect(try await store.conclude(first, with: .released, at: .sample) == .written)
            #expect(try await store.job(job.id)?.status == .pending)
            #expect(try await store.job(job.id)?.attempts == 0)
            let second = try await store.claimed(job, owner: "two")
            #expect(
                try await store.conclude(
                    second,
                    with: .retrying(JobFailure(.system, "x"), notBefore: .sample, maxAttempts: 4),
                    at: .sample
                ) == .written
            )
            let third = try await store.claimed(job, owner: "three")
            #expect(third.attempt == 2)
            #expect(try await store.conclude(third, with: .released, at: .sample) == .written)
            #expect(try await store.job(job.id)?.status == .retrying)
            #expect(try await store.job(job.id)?.attempts == 1)
        },
        JobStoreRule("a lease is extended for who holds it") { store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            #expect(try await store.extendLease(of: run, until: .sample + .seconds(300)) == .written)
            let rival = Claim.sample(of: job, owner: "two", at: .sample + .seconds(61))
            #expect(try await store.claim(rival) == .leased(until: .sample + .seconds(300)))
        },
        JobStoreRule("progress is recorded by who holds the lease, with the lease and alone") { store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            var expected = try #require(try await store.job(job.id))
            #expect(expected.progress == nil)
            let half = JobProgress(0.5, "half \u{1F600}", at: .sample + .seconds(3))
            #expect(try await store.extendLease(of: run, until: .sample + .seconds(63), progress: half) == .written)
            expected.progress = half
            expected.lease?.expiresAt = .sample + .seconds(63)
            #expect(try await store.job(job.id) == expected)
            // A renewal that has nothing to tell leaves it as it is; a word without a message takes the message away.
            #expect(try await store.extendLease(of: run, until: .sample + .seconds(80)) == .written)
            #expect(try await store.job(job.id)?.progress == half)
            let later = JobProgress(0.0001, nil, at: .sample + .seconds(8))
            #expect(try await store.extendLease(of: run, until: .sample + .seconds(80), progress: later) == .written)
            #expect(try await store.job(job.id)?.progress == later)
        },
        JobStoreRule("progress is kept after a success and a failure, and gone at the next claim and a redrive") {
            store async throws in
            let job = try await store.created()
            let first = try await store.claimed(job)
            let half = JobProgress(0.5, nil, at: .sample)
            #expect(try await store.extendLease(of: first, until: .sample + .seconds(60), progress: half) == .written)
            let failure = Conclusion.retrying(JobFailure(.system, "x"), notBefore: .sample, maxAttempts: 4)
            #expect(try await store.conclude(first, with: failure, at: .sample) == .written)
            #expect(try await store.job(job.id)?.progress == half)
            let second = try await store.claimed(job, owner: "two")
            #expect(try await store.job(job.id)?.progress == nil)
            #expect(try await store.extendLease(of: second, until: .sample + .seconds(60), progress: half) == .written)
            let success = Conclusion.succeeded(JobResult("done", expiresAt: .sample))
            #expect(try await store.conclude(second, with: success, at: .sample) == .written)
            #expect(try await store.job(job.id)?.progress == half)

            let cancelled = try await store.created()
            let run = try await store.claimed(cancelled)
            #expect(try await store.extendLease(of: run, until: .sample + .seconds(60), progress: half) == .written)
            #expect(try await store.conclude(run, with: .cancelled(expiresAt: .sample), at: .sample) == .written)
            #expect(try await store.job(cancelled.id)?.progress == half)
            _ = try await store.redrive(cancelled.id, with: nil, at: .sample)
            #expect(try await store.job(cancelled.id)?.progress == nil)
        },
        JobStoreRule("who lost the lease, or is to stop, records no progress") { store async throws in
            let job = try await store.created()
            let lost = try await store.claimed(job)
            let holder = try await store.claimed(job, owner: "two", at: .sample + .seconds(61))
            let current = try await store.job(job.id)
            let half = JobProgress(0.5, nil, at: .sample)
            #expect(try await store.extendLease(of: lost, until: .sample + .seconds(999), progress: half) == .lost)
            #expect(try await store.job(job.id) == current)
            _ = try await store.cancel(job.id, at: .sample + .seconds(62), expiresAt: .sample)
            let write = try await store.extendLease(of: holder, until: .sample + .seconds(999), progress: half)
            #expect(write == .cancelRequested)
            #expect(try await store.job(job.id)?.progress == nil)
        },
        JobStoreRule("who lost the lease writes nothing") { store async throws in
            let job = try await store.created()
            let lost = try await store.claimed(job)
            _ = try await store.claimed(job, owner: "two", at: .sample + .seconds(61))
            let current = try await store.job(job.id)
            let result = JobResult("late", expiresAt: .sample)
            for conclusion in [
                Conclusion.succeeded(result),
                .retrying(JobFailure(.system, "late"), notBefore: .sample, maxAttempts: 4), .released,
            ] {
                #expect(try await store.conclude(lost, with: conclusion, at: .sample) == .lost)
            }
            #expect(try await store.extendLease(of: lost, until: .sample + .seconds(999)) == .lost)
            #expect(try await store.job(job.id) == current)
        },
        JobStoreRule("a run that has ended writes nothing more") { store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            #expect(
                try await store.conclude(
                    run,
                    with: .retrying(JobFailure(.system, "x"), notBefore: .sample, maxAttempts: 4),
                    at: .sample
                ) == .written
            )
            let current = try await store.job(job.id)
            let result = JobResult("late", expiresAt: .sample)
            #expect(try await store.conclude(run, with: .succeeded(result), at: .sample) == .lost)
            #expect(try await store.job(job.id) == current)
        },
        JobStoreRule("a success written twice, as a retried call does, is one success") { store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            let conclusion = Conclusion.succeeded(JobResult("done", expiresAt: .sample))
            #expect(try await store.conclude(run, with: conclusion, at: .sample) == .written)
            #expect(try await store.conclude(run, with: conclusion, at: .sample) == .written)
        },
        JobStoreRule("a retry written twice, as a retried call does, is one retry") { store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            let conclusion = Conclusion.retrying(JobFailure(.system, "x"), notBefore: .sample, maxAttempts: 4)
            #expect(try await store.conclude(run, with: conclusion, at: .sample) == .written)
            #expect(try await store.conclude(run, with: conclusion, at: .sample) == .written)
        },
    ]
}
