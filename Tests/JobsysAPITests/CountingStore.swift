import JobsysCore
import JobsysTime
import Synchronization

/// A store that counts how often a job is read.
final class CountingStore: JobStore {
    private let store: any JobStore
    private let count = Mutex(0)

    init(_ store: any JobStore) {
        self.store = store
    }

    var reads: Int { count.withLock { $0 } }

    func job(_ id: JobID) async throws -> Job? {
        count.withLock { $0 += 1 }
        return try await store.job(id)
    }

    func create(_ job: Job) async throws -> Creation { try await store.create(job) }

    func claim(_ claim: Claim) async throws -> ClaimResult { try await store.claim(claim) }

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
