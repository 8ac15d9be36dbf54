import JobsysCore
import JobsysTestKit
import JobsysTime
import Synchronization

/// A store that answers when it is asked, and refuses every claim until it is told otherwise.
final class ReadOnlyStore: JobStore {
    private struct State {
        var takesWrites = false
        var refusals = 0
    }

    private let store: InMemoryJobStore
    private let state = Mutex(State())

    init(_ store: InMemoryJobStore) {
        self.store = store
    }

    /// How many claims were refused.
    var refusals: Int { state.withLock(\.refusals) }

    func allowWrites() {
        state.withLock { $0.takesWrites = true }
    }

    func claim(_ claim: Claim) async throws -> ClaimResult {
        try state.withLock { state in
            guard !state.takesWrites else { return }
            state.refusals += 1
            throw DependencyError(dependency: "dynamodb", code: "AccessDenied", message: "no", isTransient: false)
        }
        return try await store.claim(claim)
    }

    func create(_ job: Job) async throws -> Creation { try await store.create(job) }

    func job(_ id: JobID) async throws -> Job? { try await store.job(id) }

    func takeOver(_ job: Job, by claim: Claim) async throws -> FencedWrite { try await store.takeOver(job, by: claim) }

    func extendLease(
        of run: Run,
        until expiry: Timestamp,
        progress: JobProgress?
    ) async throws -> FencedWrite {
        try await store.extendLease(of: run, until: expiry, progress: progress)
    }

    func conclude(_ run: Run, with conclusion: Conclusion, at now: Timestamp) async throws -> FencedWrite {
        try await store.conclude(run, with: conclusion, at: now)
    }

    func checkReachable() async throws { try await store.checkReachable() }
}
