public import JobsysCore
import JobsysJSON
import JobsysTime
public import Testing

/// One rule that every store of workflows' members must keep; all of them are ``all``.
public struct MemberStoreRule: Sendable, CustomTestStringConvertible {
    /// The rule in words.
    public let testDescription: String
    private let body: @Sendable (any MemberStore & FailureStore) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (any MemberStore & FailureStore) async throws -> Void) {
        testDescription = description
        self.body = body
    }

    /// Holds a store to the rule.
    public func check(_ store: any MemberStore & FailureStore) async throws { try await body(store) }

    private static let keepUntil = Timestamp(milliseconds: 1_771_496_000_000)

    private static func member(_ status: JobStatus = .waiting, dependsOn: [String] = ["a", "b"]) -> Job {
        var job = Job.sample()
        job.status = status
        job.workflow = WorkflowMembership(
            workflow: JobID(at: .sample),
            key: "join",
            page: "page",
            index: 3,
            dependsOn: dependsOn,
            continues: true,
            keepUntil: keepUntil,
            maxParallel: 5,
            tolerance: .percent(10)
        )
        return job
    }

    /// Every rule.
    public static let all = [
        MemberStoreRule("a member is read back with its place in the workflow") { store async throws in
            let job = member()
            #expect(try await store.create(job) == .created)
            #expect(try await store.job(job.id) == job)
            #expect(try await store.members([job.id, JobID(at: .sample), job.id]) == [job.id: job])
            #expect(try await store.members([]).isEmpty)
        },
        MemberStoreRule("more dependencies than a record names are counted") { store async throws in
            let job = member(dependsOn: (0..<101).map { "k\($0)" })
            _ = try await store.create(job)
            let membership = try #require(try await store.job(job.id)?.workflow)
            #expect(membership.dependsOn.isEmpty)
            #expect(membership.dependencies == 101)
        },
        MemberStoreRule("one that waits is claimed by nobody, and released once") { store async throws in
            var job = member()
            _ = try await store.create(job)
            #expect(try await store.claim(.sample(of: job, at: .sample)) == .notReady())
            job.status = .pending
            job.updatedAt = .sample + .seconds(5)
            #expect(try await store.release(job.id, at: .sample + .seconds(5)) == .released(job))
            #expect(try await store.release(job.id, at: .sample + .seconds(6)) == .other(job))
            #expect(try await store.release(JobID(at: .sample), at: .sample) == .noSuchJob)
            guard case .claimed = try await store.claim(.sample(of: job, at: .sample + .seconds(6))) else {
                Issue.record("a released job is not to be had")
                return
            }
        },
        MemberStoreRule("one that waits is cancelled, and kept as long as its workflow") { store async throws in
            let job = member()
            _ = try await store.create(job)
            guard case .done(let cancelled) = try await store.cancel(job.id, at: .sample, expiresAt: .sample) else {
                Issue.record("not cancelled")
                return
            }
            #expect(cancelled.status == .cancelled)
            #expect(cancelled.expiresAt == keepUntil)
            #expect(try await store.release(job.id, at: .sample) == .other(cancelled))
            #expect(try await store.claim(.sample(of: job, at: .sample)) == .finishedMember(cancelled))
        },
        MemberStoreRule("one that is over is started anew through its workflow alone, and once") { store async throws in
            let job = member()
            _ = try await store.create(job)
            guard case .done(let cancelled) = try await store.cancel(job.id, at: .sample, expiresAt: .sample) else {
                return
            }
            #expect(try await store.redrive(job.id, with: nil, at: .sample) == .refused(cancelled))
            var next = cancelled.redriven(with: ["text": "other"], at: .sample + .seconds(9))
            next.status = .waiting
            #expect(try await store.restart(cancelled, with: next, at: .sample + .seconds(9)) == next)
            #expect(try await store.restart(cancelled, with: next, at: .sample + .seconds(9)) == nil)
            #expect(try await store.job(job.id) == next)
        },
    ]
}
