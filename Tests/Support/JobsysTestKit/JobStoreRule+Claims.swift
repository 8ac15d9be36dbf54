import JobsysCore
import JobsysJSON
import JobsysTime
import Testing

extension JobStoreRule {
    static let claims = [
        JobStoreRule("a claim raises the attempts and takes the lease") { store async throws in
            let job = try await store.created()
            let claim = Claim.sample(of: job, at: .sample + .seconds(1))
            var expected = job
            expected.status = .running
            expected.attempts = 1
            expected.lease = Job.Lease(owner: "one", messageID: "message", expiresAt: .sample + .seconds(61))
            expected.startedAt = .sample + .seconds(1)
            expected.updatedAt = .sample + .seconds(1)
            #expect(try await store.claim(claim) == .claimed(expected))
            #expect(try await store.job(job.id) == expected)
        },
        JobStoreRule("a claim notes which fields nobody is shown, and one that says nothing of it leaves them noted") {
            store async throws in
            let job = try await store.created()
            var claim = Claim.sample(of: job)
            claim.sensitive = ["customer.email", "cards[*].number"]
            let taken = try #require(try await store.claim(claim).job)
            #expect(taken.sensitive == claim.sensitive && taken.attempts == 1 && taken.payload == job.payload)
            let late = Claim.sample(of: job, owner: "two", at: .sample + .seconds(61))
            #expect(try await store.claim(late).job?.sensitive == claim.sensitive)
            #expect(try await store.job(job.id)?.sensitive == claim.sensitive)
        },
        JobStoreRule("a job under a lease is nobody else's until the lease ends") { store async throws in
            let job = try await store.created()
            _ = try await store.claimed(job)
            let rival = Claim.sample(of: job, owner: "two", at: .sample + .seconds(30))
            #expect(try await store.claim(rival) == .leased(until: .sample + .seconds(60)))
            let late = Claim.sample(of: job, owner: "two", at: .sample + .seconds(61))
            let taken = try #require(try await store.claim(late).job)
            #expect(taken.attempts == 2)
            #expect(taken.lease == Job.Lease(owner: "two", messageID: "message", expiresAt: .sample + .seconds(121)))
        },
        JobStoreRule("of many claims at once one wins") { store async throws in
            let job = try await store.created()
            let results = try await withThrowingTaskGroup(of: ClaimResult.self) { group in
                for rival in 0..<10 {
                    group.addTask { try await store.claim(.sample(of: job, owner: "rival \(rival)")) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { $0.job != nil } == 1)
            #expect(results.count { $0 == .leased(until: .sample + .seconds(60)) } == 9)
            #expect(try await store.job(job.id)?.attempts == 1)
        },
        JobStoreRule("a claim made twice, as a retried call does, is one claim") { store async throws in
            let job = try await store.created()
            let first = try await store.claim(.sample(of: job))
            #expect(try await store.claim(.sample(of: job)) == first)
            #expect(first.job?.attempts == 1)
        },
        JobStoreRule("a claim by another message than the one whose job runs is one too many") { store async throws in
            let job = try await store.created()
            _ = try await store.claimed(job)
            let copy = Claim.sample(of: job, owner: "two", messageID: "copy", at: .sample + .seconds(30))
            #expect(try await store.claim(copy) == .duplicate)
            let late = Claim.sample(of: job, owner: "two", messageID: "copy", at: .sample + .seconds(61))
            #expect(try await store.claim(late).job?.lease?.messageID == "copy")
        },
        JobStoreRule("a claim for another payload than the job's is refused, and starts nothing") {
            store async throws in
            let job = try await store.created()
            var forged = Claim.sample(of: job)
            forged.payloadHash = "another"
            #expect(try await store.claim(forged) == .mismatched)
            #expect(try await store.job(job.id) == job)
        },
        JobStoreRule("a failed job is not started again before its time") { store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            let start = Timestamp.sample + .seconds(30)
            let conclusion = Conclusion.retrying(JobFailure(.system, "x"), notBefore: start, maxAttempts: 4)
            #expect(try await store.conclude(run, with: conclusion, at: .sample) == .written)
            #expect(try await store.job(job.id)?.runAt == start)
            let early = Claim.sample(of: job, owner: "two", messageID: "copy", at: start + .milliseconds(-1))
            #expect(try await store.claim(early) == .notReady(until: start))
            let started = try #require(try await store.claim(.sample(of: job, owner: "two", at: start)).job)
            #expect(started.attempts == 2)
            #expect(started.runAt == nil)
        },
        JobStoreRule("an abandoned job is taken over as it was read, and its former run writes nothing more") {
            store async throws in
            let job = Job.sample(maxAttempts: 1)
            #expect(try await store.create(job) == .created)
            let lost = try await store.claimed(job)
            let seen = try #require(try await store.job(job.id))
            let late = Claim.sample(of: job, owner: "two", at: .sample + .seconds(61))
            #expect(try await store.takeOver(seen, by: late) == .written)
            // As a retried call does.
            #expect(try await store.takeOver(seen, by: late) == .written)
            let taken = try #require(try await store.job(job.id))
            #expect(taken.attempts == 1)
            #expect(
                taken.lease == Job.Lease(owner: "two", messageID: "message", expiresAt: .sample + .seconds(121))
            )
            let result = Conclusion.succeeded(JobResult("late", expiresAt: .sample))
            #expect(try await store.conclude(lost, with: result, at: .sample) == .lost)
        },
        JobStoreRule("a job whose lease was renewed since it was read is not taken over") { store async throws in
            let job = Job.sample(maxAttempts: 1)
            #expect(try await store.create(job) == .created)
            let run = try await store.claimed(job)
            let seen = try #require(try await store.job(job.id))
            #expect(try await store.extendLease(of: run, until: .sample + .seconds(300)) == .written)
            let late = Claim.sample(of: job, owner: "two", at: .sample + .seconds(61))
            #expect(try await store.takeOver(seen, by: late) == .lost)
            #expect(try await store.job(job.id)?.lease?.owner == "one")
        },
        JobStoreRule("a claim of a job that is over is told so") { store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            _ = try await store.conclude(run, with: .succeeded(JobResult("done", expiresAt: .sample)), at: .sample)
            #expect(try await store.claim(.sample(of: job, owner: "two")) == .finished)
        },
        JobStoreRule("a claim of an older generation is void, one of a younger must wait") { store async throws in
            var job = Job.sample()
            job.generation = 2
            #expect(try await store.create(job) == .created)
            var claim = Claim.sample(of: job)
            claim.generation = 1
            #expect(try await store.claim(claim) == .superseded)
            claim.generation = 3
            #expect(try await store.claim(claim) == .notReady())
        },
        JobStoreRule("a claim of a job that is not there must wait") { store async throws in
            #expect(try await store.claim(.sample(of: .sample())) == .notReady())
        },
        JobStoreRule("a job whose cancellation was asked for is not started again when its worker is no more") {
            store async throws in
            let job = try await store.created()
            _ = try await store.claimed(job)
            let asked = Timestamp.sample + .seconds(5)
            _ = try await store.cancel(job.id, at: asked, expiresAt: asked)
            let current = try #require(try await store.job(job.id))
            let early = Claim.sample(of: job, owner: "two", at: .sample + .seconds(30))
            #expect(try await store.claim(early) == .leased(until: .sample + .seconds(60)))
            let late = Claim.sample(of: job, owner: "two", at: .sample + .seconds(61))
            #expect(try await store.claim(late) == .cancelRequested(current))
            #expect(try await store.takeOver(current, by: late) == .written)
            let run = Run(late, attempt: 1)
            let cancelled = Conclusion.cancelled(expiresAt: .sample + .seconds(86400))
            #expect(try await store.conclude(run, with: cancelled, at: .sample + .seconds(61)) == .written)
            #expect(try await store.job(job.id)?.status == .cancelled)
        },
        JobStoreRule("a job that was given up is not started again, however long its letter takes") {
            store async throws in
            let job = try await store.created()
            let run = try await store.claimed(job)
            let failure = JobFailure(.validation, "wrong")
            let now = Timestamp.sample + .seconds(5)
            #expect(try await store.conclude(run, with: .givenUp(failure), at: now) == .written)
            // As a retried call does.
            #expect(try await store.conclude(run, with: .givenUp(failure), at: now) == .written)
            let current = try #require(try await store.job(job.id))
            #expect(current.status == .running)
            #expect(current.givenUpAt == now)
            #expect(current.error == Job.RecordedFailure(failure, at: now))
            #expect(current.lease == Job.Lease(owner: "one", messageID: "message", expiresAt: nil))
            let late = Claim.sample(of: job, owner: "two", at: .sample + .seconds(86400))
            #expect(try await store.claim(late) == .givenUp(current))
            #expect(try await store.cancel(job.id, at: now, expiresAt: now) == .refused(current))
            let incident = Incident.sample(of: current)
            #expect(try await store.fail(current, with: incident, expiresAt: .sample + .seconds(86400)) == .written)
            #expect(try await store.job(job.id)?.status == .failedFinal)
            #expect(try await store.job(job.id)?.givenUpAt == nil)
        },
        JobStoreRule("a job whose last attempt vanished is exhausted, not started again") { store async throws in
            let job = Job.sample(maxAttempts: 1)
            #expect(try await store.create(job) == .created)
            _ = try await store.claimed(job)
            let late = Claim.sample(of: job, owner: "two", at: .sample + .seconds(61))
            let current = try #require(try await store.job(job.id))
            #expect(try await store.claim(late) == .exhausted(current))
        },
    ]
}

extension ClaimResult {
    /// The job that was claimed.
    var job: Job? {
        guard case .claimed(let job) = self else { return nil }
        return job
    }
}

extension JobStore {
    /// A sample that has been created.
    func created() async throws -> Job {
        let job = Job.sample()
        #expect(try await create(job) == .created)
        return job
    }

    /// The run of a sample claim, which must succeed.
    func claimed(_ job: Job, owner: String = "one", at now: Timestamp = .sample) async throws -> Run {
        let claim = Claim.sample(of: job, owner: owner, at: now)
        let claimed = try #require(try await self.claim(claim).job)
        return Run(claim, attempt: claimed.attempts)
    }
}
