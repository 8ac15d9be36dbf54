public import JobsysCore
import JobsysJSON
import JobsysTime
public import Testing

/// One rule that every count of open jobs must keep, together with a store that has all tenants' jobs counted; all of them are
/// ``all``.
public struct OpenJobsRule: Sendable, CustomTestStringConvertible {
    /// A store that the rules write to.
    public typealias Store = any JobStore & FailureStore & JobControl

    /// The rule in words.
    public let testDescription: String
    private let body: @Sendable (Store, any OpenJobCounter) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (Store, any OpenJobCounter) async throws -> Void) {
        testDescription = description
        self.body = body
    }

    /// Holds an empty store and its count to the rule.
    public func check(_ store: Store, _ counter: any OpenJobCounter) async throws {
        try await body(store, counter)
    }

    /// Every rule.
    public static let all = [
        OpenJobsRule("a tenant's open jobs are counted, those of others are not, and no more than are asked for") {
            store,
            counter async throws in
            #expect(try await counter.openJobs(of: "acme", upTo: 100) == 0)
            for (count, tenant) in [(7, "acme"), (2, "acme.x"), (1, Submission.defaultTenant)] {
                for number in 0..<count { _ = try await store.opened(tenant, age: .seconds(number * 50_000)) }
            }
            for (tenant, count) in [("acme", 7), ("acme.x", 2), (Submission.defaultTenant, 1), ("other", 0)] {
                #expect(try await counter.openJobs(of: tenant, upTo: 100) == count, "\(tenant)")
            }
            #expect(try await counter.openJobs(of: "acme", upTo: 7) == 7)
            #expect(try await counter.openJobs(of: "acme", upTo: 6) == 6)
        },
        OpenJobsRule(
            "a job is open while it waits, runs, waits for another attempt or was given up, and is counted once"
        ) {
            store,
            counter async throws in
            let job = try await store.opened("acme")
            func expectOpen(_ state: Comment) async throws {
                #expect(try await counter.openJobs(of: "acme", upTo: 100) == 1, state)
            }
            #expect(try await store.create(job) == .created)
            try await expectOpen("made twice")
            var run = try await store.begun(job, attempt: 1)
            try await expectOpen("running")
            let failure = JobFailure(.network, "away")
            #expect(
                try await store.conclude(
                    run,
                    with: .retrying(failure, notBefore: .sample, maxAttempts: 4),
                    at: .sample
                ) == .written
            )
            try await expectOpen("retrying")
            run = try await store.begun(job, attempt: 2)
            #expect(try await store.conclude(run, with: .released, at: .sample) == .written)
            try await expectOpen("released")
            run = try await store.begun(job, attempt: 2)
            #expect(try await store.conclude(run, with: .givenUp(failure), at: .sample) == .written)
            try await expectOpen("given up")
        },
        OpenJobsRule("a job that has ended is not open, in whichever way it ended, until it is redriven") {
            store,
            counter async throws in
            var ended: [Job] = []
            // Succeeded, cancelled while it ran and before, failed.
            for number in 0..<4 { ended.append(try await store.opened("acme", age: .seconds(number))) }
            #expect(try await counter.openJobs(of: "acme", upTo: 100) == 4)
            let result = JobResult("done", expiresAt: .sample)
            var run = try await store.begun(ended[0], attempt: 1)
            #expect(try await store.conclude(run, with: .succeeded(result), at: .sample) == .written)
            #expect(try await counter.openJobs(of: "acme", upTo: 100) == 3)
            run = try await store.begun(ended[1], attempt: 1)
            #expect(try await store.conclude(run, with: .cancelled(expiresAt: .sample), at: .sample) == .written)
            #expect(try await counter.openJobs(of: "acme", upTo: 100) == 2)
            _ = try await store.cancel(ended[2].id, at: .sample, expiresAt: .sample)
            #expect(try await counter.openJobs(of: "acme", upTo: 100) == 1)
            #expect(try await store.fail(ended[3], with: .sample(of: ended[3]), expiresAt: .sample) == .written)
            #expect(try await counter.openJobs(of: "acme", upTo: 100) == 0)
            for (number, job) in ended.dropFirst().enumerated() {
                guard case .done = try await store.redrive(job.id, with: nil, at: .sample) else {
                    return #expect(Bool(false), "not redriven")
                }
                #expect(try await counter.openJobs(of: "acme", upTo: 100) == number + 1)
            }
        },
    ]
}

extension JobStore {
    /// A new job of a tenant.
    fileprivate func opened(_ tenant: String, age: Duration = .zero) async throws -> Job {
        var job = Job.sample(at: .sample + (.zero - age))
        job.tenant = tenant
        #expect(try await create(job) == .created)
        return job
    }

    /// A run of a job that has just begun.
    fileprivate func begun(_ job: Job, attempt: Int) async throws -> Run {
        let claim = Claim.sample(of: job, owner: "run \(attempt)", at: .sample)
        guard case .claimed = try await self.claim(claim) else {
            Issue.record("not claimed")
            return Run(claim, attempt: attempt)
        }
        return Run(claim, attempt: attempt)
    }
}
