import InMemoryLogging
import JobsysAWS
import JobsysAWSAdapters
import JobsysCore
import JobsysTestKit
import JobsysTime
import Logging
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

    @Test("The table of jobs keeps every rule of a store of workflows", arguments: WorkflowStoreRule.all)
    func workflows(rule: WorkflowStoreRule) async throws {
        try await Emulator.withTable { client, table in
            try await rule.check(DynamoDBWorkflowStore(client: client, table: table))
        }
    }

    @Test("The table of jobs keeps every rule of workflows' members", arguments: MemberStoreRule.all)
    func members(rule: MemberStoreRule) async throws {
        try await Emulator.withTable { client, table in
            try await rule.check(DynamoDBJobStore(client: client, table: table))
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
    @Test("A FIFO queue that refuses messages keeps no standard job waiting, and is sent to when it takes them again")
    func refusingQueue() async throws {
        try await Emulator.withTable { _, table in
            try await Emulator.withQueue { _, queueURL in
                try await Emulator.withQueue(isOrdered: true) { client, fifoQueueURL in
                    try await RefusedSends(client: client, table: table, queueURL: queueURL, fifoQueueURL: fifoQueueURL)
                        .check()
                }
            }
        }
    }

    @Test("Keys and records that cannot be read are passed by, and each is warned of once")
    func unreadable() async throws {
        try await Emulator.withTable { client, table in
            let jobs = DynamoDBJobStore(client: client, table: table, shards: IndexShards(1))
            let store = DynamoDBReconcilerStore(client: client, table: table, shards: IndexShards(1))
            let good = (0..<6).map { Job.sample(start: .after(.seconds(3600)), at: .sample + .seconds($0)) }
            for job in good { _ = try await jobs.create(job) }
            try await client.spoil(good[5].id, in: table, ["status": .s("ARCHIVED")])
            let day = "default#\(Timestamp.sample.day)#0"
            for number in 0..<5 {
                let text = "\(Timestamp.sample + .seconds(number))#not-an-id"
                let item: DynamoDB.Item = [
                    "PK": .s("STRANGE#\(number)"), "timelineKey": .s(day), "timelineSort": .s(text),
                    "dueKey": .s("0"), "dueSort": .s(text),
                ]
                _ = try await client.perform(DynamoDB.PutItem(table: table, item: item))
            }
            let handler = InMemoryLogHandler()
            try await withLogger(Logger(label: "test") { _ in handler }) { _ in
                for _ in 0..<2 {
                    var place = TimelinePlace(createdAt: .sample)
                    for job in good {
                        let end = Timestamp.sample + .seconds(60)
                        let page = try await store.timeline(of: 0, after: place, before: end, upTo: 1)
                        #expect(page == [TimelinePlace(createdAt: job.createdAt, id: job.id)])
                        place = page.last ?? place
                    }
                    var last: DueJob?
                    for job in good {
                        let end = Timestamp.sample + .seconds(7200)
                        let page = try await store.due(of: 0, after: last, through: end, upTo: 1)
                        #expect(page.map(\.id) == [job.id])
                        last = page.last
                    }
                    let records = try await store.jobs(good.map(\.id), consistently: true)
                    #expect(Set(records.jobs) == Set(good.dropLast()))
                    #expect(records.unreadable == [good[5].id])
                }
            }
            let messages = handler.entries.filter { $0.level == .warning }.map { "\($0.message)" }
            // Each strange item once for each of the indexes' keys, which are the same texts.
            #expect(messages.count { $0 == "key of an index cannot be read" } == 5)
            #expect(messages.count { $0 == "job cannot be read" } == 1)
        }
    }
}

/// Due jobs of both queues and a lost one, and a reconciler whose FIFO queue is not there at first.
private struct RefusedSends {
    let client: AWSClient
    let table: String
    let queueURL: String
    let fifoQueueURL: String

    private func reconciler(fifoQueueURL url: String, at now: Timestamp) -> Reconciler {
        Reconciler(
            store: DynamoDBReconcilerStore(client: client, table: table),
            sender: SQSJobSender(client: client, queueURL: queueURL, fifoQueueURL: url),
            backlog: SQSQueueBacklog(client: client, queueURL: queueURL),
            orderedBacklog: SQSQueueBacklog(client: client, queueURL: fifoQueueURL),
            oldestReceipt: { now },
            now: { now }
        )
    }

    /// Records jobs of both queues that are due, and a standard one whose message was lost.
    private func record(at now: Timestamp) async throws {
        let start = StartTime.after(.seconds(3599))
        let jobs = [
            Job.sample(orderingKey: "key", start: start, at: now + .seconds(-3600)),
            Job.sample(start: start, at: now + .seconds(-3600)), Job.sample(at: now + .seconds(-120)),
        ]
        let store = DynamoDBJobStore(client: client, table: table)
        for job in jobs { #expect(try await store.create(job) == .created) }
    }

    private func finish(_ reconciler: Reconciler, _ state: inout ReconcilerState) async throws -> [ReconcilerPart] {
        var parts: [ReconcilerPart] = []
        while true {
            let round = try await reconciler.round(&state)
            parts += round.failures.map(\.part)
            guard round.hasMore else { return parts }
        }
    }

    func check() async throws {
        let now = Timestamp.now()
        try await record(at: now)
        let refusing = reconciler(fifoQueueURL: fifoQueueURL.replacing(".fifo", with: "-missing.fifo"), at: now)
        var state = refusing.makeState()
        let parts = try await finish(refusing, &state)
        #expect(!parts.isEmpty && parts.allSatisfy { $0 == .sending(.ordered) }, "\(parts)")
        #expect(try await SQSQueueBacklog(client: client, queueURL: queueURL).depth().waiting == 2)
        #expect(try await SQSQueueBacklog(client: client, queueURL: fifoQueueURL).depth().waiting == 0)
        #expect(try await DynamoDBReconcilerStore(client: client, table: table).checkpoint() != nil)

        let taking = reconciler(fifoQueueURL: fifoQueueURL, at: now + .seconds(60))
        #expect(try await finish(taking, &state).isEmpty)
        #expect(try await SQSQueueBacklog(client: client, queueURL: fifoQueueURL).depth().waiting == 1)
    }
}

extension AWSClient {
    /// Overwrites attributes of a job's record.
    fileprivate func spoil(_ id: JobID, in table: String, _ attributes: DynamoDB.Item) async throws {
        let key: DynamoDB.Item = ["PK": .s("JOB#\(id)")]
        var item = try #require(try await perform(DynamoDB.GetItem(table: table, key: key, consistent: true)))
        item.merge(attributes) { $1 }
        _ = try await perform(DynamoDB.PutItem(table: table, item: item))
    }
}
