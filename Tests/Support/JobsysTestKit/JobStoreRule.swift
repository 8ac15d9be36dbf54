public import JobsysCore
import JobsysJSON
import JobsysTime
public import Testing

/// One rule that every store of jobs must keep; all of them are ``all``.
///
/// The suite of a store is one line: a test with `JobStoreRule.all` as its arguments that calls ``check(_:)``.
public struct JobStoreRule: Sendable, CustomTestStringConvertible {
    /// The rule in words.
    public let testDescription: String
    private let body: @Sendable (any JobStore & FailureStore & JobControl) async throws -> Void

    init(
        _ description: String,
        _ body: @escaping @Sendable (any JobStore & FailureStore & JobControl) async throws -> Void
    ) {
        testDescription = description
        self.body = body
    }

    /// Holds a store to the rule.
    public func check(_ store: any JobStore & FailureStore & JobControl) async throws {
        try await body(store)
    }

    /// Every rule.
    public static let all = creation + claims + runs + failures + control

    static let creation = [
        JobStoreRule("a job is read back as it was written") { store async throws in
            let job = Job.sample(
                payload: ["text": "häß \u{1F600}", "deep": [1.50, .null, true, ["x": -0]]],
                maxAttempts: 7,
                idempotencyKey: "key"
            )
            #expect(try await store.create(job) == .created)
            #expect(try await store.job(job.id) == job)
        },
        JobStoreRule("a job that nobody created is not there") { store async throws in
            #expect(try await store.job(JobID(at: .sample)) == nil)
        },
        JobStoreRule("a second job of the same id gets the first one back") { store async throws in
            let first = Job.sample()
            var second = first
            second.payload = ["text": "other"]
            second.traceID = otherTrace
            #expect(try await store.create(first) == .created)
            #expect(try await store.create(second) == .exists(first))
            #expect(try await store.job(first.id) == first)
        },
        JobStoreRule("a repeat gets the first one back, even if both are of one trace") { store async throws in
            let first = Job.sample(idempotencyKey: "key")
            var second = first
            second.createdAt = first.createdAt + .milliseconds(1)
            #expect(try await store.create(first) == .created)
            #expect(try await store.create(second) == .exists(first))
        },
        JobStoreRule("the same job written twice, as a retried call does, is created") { store async throws in
            let job = Job.sample()
            #expect(try await store.create(job) == .created)
            #expect(try await store.create(job) == .created)
        },
        JobStoreRule("a reachable store says so") { store async throws in
            try await store.checkReachable()
        },
    ]
}
