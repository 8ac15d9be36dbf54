import JobsysAWSAdapters
import JobsysCore
import JobsysTestKit
import Testing

/// The reconciler's adapters keep the same rules on the emulator as its ports in memory do.
@Suite(.enabled(if: Emulator.endpoint != nil, "JOBSYS_TEST_ENDPOINT is not set"), .timeLimit(.minutes(5)))
struct ReconcilerConformanceTests {
    @Test("The table of jobs keeps every rule of a reconciler's store", arguments: ReconcilerStoreRule.all)
    func store(rule: ReconcilerStoreRule) async throws {
        try await Emulator.withTable { client, table in
            let jobs = DynamoDBJobStore(client: client, table: table)
            let store = DynamoDBReconcilerStore(client: client, table: table)
            try await rule.check(ReconcilerSubject(jobs: jobs, store: store))
        }
    }

    @Test("The table of jobs keeps every rule of the leases of a lead", arguments: LeaderLeasesRule.all)
    func leases(rule: LeaderLeasesRule) async throws {
        try await Emulator.withTable { client, table in
            try await rule.check(DynamoDBLeaderLeases(client: client, table: table))
        }
    }

    @Test("A queue tells how many messages are visible, delayed, and with a worker")
    func backlog() async throws {
        try await Emulator.withQueue { client, url in
            let backlog = SQSQueueBacklog(client: client, queueURL: url)
            let sender = SQSJobSender(client: client, queueURL: url, fifoQueueURL: url)
            #expect(try await backlog.depth() == QueueDepth(visible: 0, delayed: 0, inFlight: 0))
            try await sender.send(.sample(), trace: nil, after: .zero)
            try await sender.send(.sample(), trace: nil, after: .zero)
            try await sender.send(.sample(), trace: nil, after: .seconds(600))
            #expect(try await backlog.depth() == QueueDepth(visible: 2, delayed: 1, inFlight: 0))
            let queue = SQSJobQueue(client: client, queueURL: url)
            #expect(try await queue.receive(upTo: 1, wait: .zero, visibility: .seconds(60)).count == 1)
            #expect(try await backlog.depth() == QueueDepth(visible: 1, delayed: 1, inFlight: 1))
        }
    }
}
