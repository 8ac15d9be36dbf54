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
                try await store.conclude(first, with: .retrying(failure, notBefore: .sample), at: .sample) == .written
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
                let conclusion = Conclusion.retrying(failure, notBefore: now)
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
                    with: .retrying(JobFailure(.system, "x"), notBefore: .sample),
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
        JobStoreRule("who lost the lease writes nothing") { store async throws in
            let job = try await store.created()
            let lost = try await store.claimed(job)
            _ = try await store.claimed(job, owner: "two", at: .sample + .seconds(61))
            let current = try await store.job(job.id)
            let result = JobResult("late", expiresAt: .sample)
            for conclusion in [
                Conclusion.succeeded(result), .retrying(JobFailure(.system, "late"), notBefore: .sample), .released,
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
                    with: .retrying(JobFailure(.system, "x"), notBefore: .sample),
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
            let conclusion = Conclusion.retrying(JobFailure(.system, "x"), notBefore: .sample)
            #expect(try await store.conclude(run, with: conclusion, at: .sample) == .written)
            #expect(try await store.conclude(run, with: conclusion, at: .sample) == .written)
        },
    ]
}
