import JobsysCore
import JobsysTestKit
import Testing

@Suite("The ports in memory", .timeLimit(.minutes(1)))
struct ConformanceTests {
    @Test("The store keeps every rule", arguments: JobStoreRule.all)
    func store(rule: JobStoreRule) async throws {
        try await rule.check(InMemoryJobStore())
    }

    @Test("The store of schedules keeps every rule", arguments: ScheduleStoreRule.all)
    func schedules(rule: ScheduleStoreRule) async throws {
        try await rule.check(InMemoryScheduleStore())
    }

    @Test("The catalog keeps every rule", arguments: JobCatalogRule.all)
    func catalog(rule: JobCatalogRule) async throws {
        let store = InMemoryJobStore()
        try await rule.check(store, store)
    }

    @Test("The count of open jobs keeps every rule", arguments: OpenJobsRule.all)
    func openJobs(rule: OpenJobsRule) async throws {
        let store = InMemoryJobStore()
        try await rule.check(store, store)
    }

    @Test("The queue keeps every rule", arguments: JobQueueRule.all)
    func queue(rule: JobQueueRule) async throws {
        try await rule.check(subject(isOrdered: false))
    }

    @Test("The queue that keeps an order keeps every rule of one", arguments: JobQueueRule.ordered)
    func orderedQueue(rule: JobQueueRule) async throws {
        try await rule.check(subject(isOrdered: true))
    }

    private func subject(isOrdered: Bool) -> QueueSubject {
        let clock = ManualClock()
        let deadLetters = InMemoryJobQueue(clock: clock, isOrdered: isOrdered)
        let queue = InMemoryJobQueue(clock: clock, maxReceiveCount: 3, deadLetters: deadLetters, isOrdered: isOrdered)
        return QueueSubject(
            sender: queue,
            queue: queue,
            deadLetters: deadLetters,
            deadLetterQueue: deadLetters,
            maxReceiveCount: 3,
            elapse: { clock.advance(by: $0) }
        )
    }

    @Test("The reconciler's store keeps every rule", arguments: ReconcilerStoreRule.all)
    func reconcilerStore(rule: ReconcilerStoreRule) async throws {
        let jobs = InMemoryJobStore()
        try await rule.check(ReconcilerSubject(jobs: jobs, store: InMemoryReconcilerStore(jobs)))
    }

    @Test("The leases of the lead keep every rule", arguments: LeaderLeasesRule.all)
    func leaderLeases(rule: LeaderLeasesRule) async throws {
        try await rule.check(InMemoryLeaderLeases())
    }

    @Test("The store of workflows keeps every rule", arguments: WorkflowStoreRule.all)
    func workflows(rule: WorkflowStoreRule) async throws {
        try await rule.check(InMemoryWorkflowStore())
    }

    @Test("The store of jobs keeps every rule of workflows' members", arguments: MemberStoreRule.all)
    func members(rule: MemberStoreRule) async throws {
        try await rule.check(InMemoryJobStore())
    }

    @Test("The store of API keys keeps every rule", arguments: APIKeyStoreRule.all)
    func apiKeys(rule: APIKeyStoreRule) async throws {
        try await rule.check(InMemoryAPIKeyStore())
    }

    @Test("The audit trail keeps every rule", arguments: AuditTrailRule.all)
    func auditTrail(rule: AuditTrailRule) async throws {
        try await rule.check(InMemoryAuditTrail())
    }

    @Test("The store of figures keeps every rule", arguments: FigureStoreRule.all)
    func figures(rule: FigureStoreRule) async throws {
        try await rule.check(InMemoryFigureStore())
    }

    @Test("The directory of workers keeps every rule", arguments: WorkerDirectoryRule.all)
    func workerDirectory(rule: WorkerDirectoryRule) async throws {
        try await rule.check(InMemoryWorkerDirectory())
    }
}
