import JobsysAWS
import JobsysAWSAdapters
import JobsysCore
import JobsysTestKit
import JobsysTime
import Testing

/// The adapters keep the same rules on the emulator as the ports in memory do.
@Suite(.enabled(if: Emulator.endpoint != nil, "JOBSYS_TEST_ENDPOINT is not set"), .timeLimit(.minutes(5)))
struct JobsAWSConformanceTests {
    @Test("The table of jobs keeps every rule of a store", arguments: JobStoreRule.all)
    func store(rule: JobStoreRule) async throws {
        try await Emulator.withTable { client, table in
            try await rule.check(DynamoDBJobStore(client: client, table: table))
        }
    }

    @Test("Whoever knows of more shards than were written finds all jobs, those of all shards among them")
    func shards() async throws {
        try await Emulator.withTable { client, table in
            var jobs: [Job] = []
            for shards in [IndexShards.standard, IndexShards(9)] {
                let store = DynamoDBJobStore(client: client, table: table, shards: shards)
                for _ in 0..<20 {
                    jobs.append(.sample())
                    #expect(try await store.create(jobs[jobs.count - 1]) == .created)
                }
            }
            let catalog = DynamoDBJobCatalog(client: client, table: table, shards: IndexShards(9))
            let section = ListSection(since: .sample, until: .sample + .seconds(1), limit: 100)
            let listed = try await catalog.jobs(JobQuery(section)).elements.map(\.id)
            #expect(Set(listed) == Set(jobs.map(\.id)))
            let reconcilerStore = DynamoDBReconcilerStore(client: client, table: table, shards: IndexShards(9))
            var walked: [JobID] = []
            for shard in 0..<reconcilerStore.shards {
                let page = try await reconcilerStore.timeline(
                    of: shard,
                    after: TimelinePlace(createdAt: .sample),
                    before: .sample + .seconds(1),
                    upTo: 100
                )
                walked += page.compactMap(\.id)
            }
            #expect(Set(walked) == Set(jobs.map(\.id)))
        }
    }

    @Test("The table's indexes keep every rule of a catalog", arguments: JobCatalogRule.all)
    func catalog(rule: JobCatalogRule) async throws {
        try await Emulator.withTable { client, table in
            try await rule.check(
                DynamoDBJobStore(client: client, table: table),
                DynamoDBJobCatalog(client: client, table: table)
            )
        }
    }

    @Test("The table's index of what is open keeps every rule of a count of open jobs", arguments: OpenJobsRule.all)
    func openJobs(rule: OpenJobsRule) async throws {
        try await Emulator.withTable { client, table in
            try await rule.check(
                DynamoDBJobStore(client: client, table: table, isCounted: { _ in true }),
                DynamoDBJobCatalog(client: client, table: table)
            )
        }
    }

    @Test("Jobs of tenants that are not counted are on no list of open ones, and open jobs are among no incidents")
    func notCounted() async throws {
        try await Emulator.withTable { client, table in
            let store = DynamoDBJobStore(client: client, table: table, isCounted: { $0 == "acme" })
            let catalog = DynamoDBJobCatalog(client: client, table: table)
            for (tenant, count) in [("acme", 1), ("other", 0)] {
                var job = Job.sample()
                job.tenant = tenant
                #expect(try await store.create(job) == .created)
                #expect(try await catalog.openJobs(of: tenant, upTo: 10) == count, "\(tenant)")
                let key: DynamoDB.Item = ["PK": .s("JOB#\(job.id)")]
                let item = try await client.perform(DynamoDB.GetItem(table: table, key: key))
                #expect((item?["incidentKey"] != nil) == (count > 0))
                var section = ListSection(since: .sample + .seconds(-60), until: .sample + .seconds(60), limit: 10)
                for reader in [nil, tenant] {
                    section.tenant = reader
                    #expect(try await catalog.openIncidents(IncidentQuery(section)).elements == [])
                }
            }
        }
    }

    @Test(
        "A tenant's page is full however many jobs and incidents of others lie between, unless the table lacks the index"
    )
    func tenantIndex() async throws {
        for hasTenants in [true, false] {
            try await Emulator.withTable(hasTenants: hasTenants) { client, table in
                let store = DynamoDBJobStore(client: client, table: table)
                let catalog = DynamoDBJobCatalog(client: client, table: table)
                @Sendable func create(_ age: Int, tenant: String) async throws -> Job {
                    var job = Job.sample(at: .sample + .seconds(-age))
                    job.tenant = tenant
                    #expect(try await store.create(job) == .created)
                    return job
                }
                let own = [try await create(1, tenant: "acme"), try await create(2000, tenant: "acme")]
                // More than one call reads of a list that is filtered.
                let others = (2..<1100)
                let failures = await Array(others)
                    .concurrentMap(limit: 16) { age -> String? in
                        do {
                            _ = try await create(age, tenant: "other")
                            return nil
                        } catch {
                            return "\(error)"
                        }
                    }
                #expect(failures.compactMap(\.self) == [])
                let since = Timestamp.sample + .seconds(-86400)
                let section = ListSection(tenant: "acme", since: since, until: .sample + .seconds(10), limit: 2)
                let page = try await catalog.jobs(JobQuery(section))
                // Without the index it depends on where the others lie whether the second one is reached.
                #expect(hasTenants ? page.elements == own : page.elements.first == own[0])
                #expect(page.next != nil)
                let incident = Incident.sample(of: own[0])
                #expect(try await store.fail(own[0], with: incident, expiresAt: .sample) == .written)
                #expect(try await catalog.openIncidents(IncidentQuery(section)).elements.map(\.id) == [incident.id])
                _ = try await store.redrive(own[0].id, with: nil, at: .sample)
                #expect(try await catalog.openIncidents(IncidentQuery(section)).elements == [])
                #expect(try await catalog.jobs(JobQuery(section)).elements.map(\.id) == page.elements.map(\.id))
            }
        }
    }

    @Test("The table keeps every rule of a store of API keys", arguments: APIKeyStoreRule.all)
    func apiKeys(rule: APIKeyStoreRule) async throws {
        try await Emulator.withTable { client, table in
            try await rule.check(DynamoDBAPIKeyStore(client: client, table: table))
        }
    }

    @Test("The table keeps every rule of a store of schedules", arguments: ScheduleStoreRule.all)
    func schedules(rule: ScheduleStoreRule) async throws {
        try await Emulator.withTable { client, table in
            try await rule.check(DynamoDBScheduleStore(client: client, table: table))
        }
    }

    @Test("A schedule of a newer version, or a damaged one, is left out, and a tick leaves what it does not know")
    func otherSchedules() async throws {
        try await Emulator.withTable { client, table in
            let store = DynamoDBScheduleStore(client: client, table: table)
            let (schedule, other) = (Schedule.sample(), Schedule.sample(id: "other"))
            for schedule in [schedule, other] { #expect(try await store.save(schedule, replacing: nil)) }
            func change(_ update: DynamoDB.Update) async throws {
                let write = DynamoDB.UpdateItem(table: table, key: ["PK": .s("SCHEDULE#nightly")], update: update)
                _ = try await client.perform(write)
            }
            for (name, value) in [("overlap", "cancel"), ("cursor", "soon"), ("payload", "{"), ("revision", "1")] {
                try await change(DynamoDB.Update().set(name, .s(value)))
                await #expect(throws: UnreadableRecord.self, "\(name)") { try await store.schedule(schedule.key) }
                #expect(try await store.schedules(of: nil) == [other])
                #expect(try await store.delete(schedule.key))
                #expect(try await store.save(schedule, replacing: nil))
            }
            try await change(DynamoDB.Update().set("colour", .s("blue")))
            #expect(try await store.advance(schedule.key, to: schedule.state, from: 1))
            let item = try await client.perform(
                DynamoDB.GetItem(table: table, key: ["PK": .s("SCHEDULE#nightly")], consistent: true)
            )
            #expect(item?["colour"]?.string == "blue")
        }
    }

    @Test("A key of a newer version allows what this one knows of, and one that is damaged is no key")
    func otherKeys() async throws {
        try await Emulator.withTable { client, table in
            let store = DynamoDBAPIKeyStore(client: client, table: table)
            let (key, _) = APIKey.sample(scopes: [.readJobs])
            try await store.create(key)
            func change(_ update: DynamoDB.Update) async throws {
                let write = DynamoDB.UpdateItem(table: table, key: ["PK": .s("KEY#\(key.id)")], update: update)
                _ = try await client.perform(write)
            }
            try await change(DynamoDB.Update().set("scopes", .l([.s("jobs:read"), .s("moon:land")])))
            #expect(try await store.key(key.id) == key)
            for (name, value) in [("endsAt", "soon"), ("revokedAt", "never"), ("types", "http"), ("version", "2")] {
                try await change(DynamoDB.Update().set(name, name == "version" ? .n(2) : .s(value)))
                await #expect(throws: UnreadableRecord.self, "\(name)") { try await store.key(key.id) }
                #expect(try await store.keys() == [])
                try await change(DynamoDB.Update().remove(name))
            }
            #expect(try await store.keys() == [key])
        }
    }

    @Test("The table keeps every rule of an audit trail", arguments: AuditTrailRule.all)
    func auditTrail(rule: AuditTrailRule) async throws {
        try await Emulator.withTable { client, table in
            try await rule.check(DynamoDBAuditTrail(client: client, table: table, retention: .seconds(86400)))
        }
    }

    @Test("The table keeps every rule of a store of figures", arguments: FigureStoreRule.all)
    func figures(rule: FigureStoreRule) async throws {
        try await Emulator.withTable { client, table in
            try await rule.check(DynamoDBFigureStore(client: client, table: table))
        }
    }

    @Test("Figures leave the table in time, and numbers that this version does not know are left out")
    func otherFigures() async throws {
        try await Emulator.withTable { client, table in
            let store = DynamoDBFigureStore(client: client, table: table)
            let slot = FigureSlot(.minute, of: .sample)
            let figures = Figures(["http": [.event(.failed): 1]])
            try await store.add(FigureAddition(slot: slot, process: "one", sequence: 1, figures: figures))
            let key: DynamoDB.Item = ["PK": .s("STATS#\(slot.name)")]
            let item = try #require(try await client.perform(DynamoDB.GetItem(table: table, key: key)))
            #expect(item["failed#http"]?.int == 1)
            #expect(item["expiresAt"]?.int == Int(slot.end.seconds) + 2 * 86400)
            let other = DynamoDB.Update().set("failed#zip", .s("many")).set("moons#http", .n(3)).set("odd", .n(1))
                .set("run.soon#http", .n(1))
            _ = try await client.perform(DynamoDB.UpdateItem(table: table, key: key, update: other))
            #expect(try await store.figures(of: [slot]) == [slot: figures])
        }
    }

    @Test("The table lists the processes of svc-api until they expire or have ended, and no worker sees them")
    func apis() async throws {
        try await Emulator.withTable { client, table in
            let directory = DynamoDBWorkerDirectory(client: client, table: table)
            #expect(try await directory.apis(at: .sample) == [])
            let second = Timestamp(milliseconds: Timestamp.sample.seconds * 1000)
            let (one, two) = (APIRecord(id: "one", seenAt: second), APIRecord(id: "two", seenAt: second + .seconds(1)))
            for record in [two, one, one] { try await directory.announce(record) }
            #expect(try await directory.apis(at: second) == [one, two])
            #expect(try await directory.apis(at: one.expiresAt) == [two])
            try await directory.withdrawAPI(APIRecord(id: "two", seenAt: second + .seconds(1)))
            #expect(try await directory.apis(at: second + .seconds(1)) == [one])
            #expect(try await directory.workers(at: second) == [])
        }
    }

    @Test("The table keeps every rule of a directory of workers", arguments: WorkerDirectoryRule.all)
    func workerDirectory(rule: WorkerDirectoryRule) async throws {
        try await Emulator.withTable { client, table in
            try await rule.check(DynamoDBWorkerDirectory(client: client, table: table))
        }
    }

    @Test("A table that has no directory yet says so, and takes what workers say all the same")
    func missingDirectory() async throws {
        try await Emulator.withTable(hasDirectory: false) { client, table in
            let directory = DynamoDBWorkerDirectory(client: client, table: table)
            try await directory.announce(.sample())
            try await directory.announce(["transform"], at: .sample)
            #expect(try await directory.lastOffered("transform") == .sample)
            for list in [{ _ = try await directory.types() }, { _ = try await directory.workers(at: .sample) }] {
                let error = await #expect(throws: DependencyError.self) { try await list() }
                #expect(error?.isMissingDirectory == true)
                #expect(error?.refusesRequest == false)
                #expect(error?.message.contains("infra/cloudformation/data-plane.yaml") == true)
            }
        }
    }

    @Test(
        "What other versions have written is read as far as it can be: a pause holds, a worker that is unclear is left out"
    )
    func otherVersions() async throws {
        try await Emulator.withTable { client, table in
            let directory = DynamoDBWorkerDirectory(client: client, table: table)
            // An item of a version that had no directory, which is in no index until somebody speaks of the type.
            let old: DynamoDB.Item = ["PK": .s("TYPE#http"), "offeredAt": .s("\(Timestamp.sample)")]
            let newer: DynamoDB.Item = [
                "PK": .s("TYPE#zip"), "kind": .s("TYPE"), "kindSort": .s("zip"), "version": .n(2),
                "pausedAt": .m([:]), "rate": .s("fast"), "concurrency": .n(0),
            ]
            let worker: DynamoDB.Item = [
                "PK": .s("WORKER#x"), "kind": .s("WORKER"), "kindSort": .s("x"), "version": .n(2),
            ]
            for item in [old, newer, worker] {
                _ = try await client.perform(DynamoDB.PutItem(table: table, item: item))
            }
            let paused = TypeRecord("zip", pause: TypePause(at: .earliest))
            #expect(try await directory.types() == [paused])
            #expect(try await directory.workers(at: .sample) == [])
            #expect(try await directory.resume("http") == TypeRecord("http", lastOfferedAt: .sample))
            #expect(try await directory.types().map(\.name) == ["http", "zip"])
        }
    }

    @Test("The queue of jobs keeps every rule of a queue", arguments: JobQueueRule.all)
    func queue(rule: JobQueueRule) async throws {
        try await check(rule, isOrdered: false)
    }

    @Test("The queue of ordered jobs keeps every rule of one", arguments: JobQueueRule.ordered)
    func orderedQueue(rule: JobQueueRule) async throws {
        try await check(rule, isOrdered: true)
    }

    private func check(_ rule: JobQueueRule, isOrdered: Bool) async throws {
        try await Emulator.withDeadLetters(maxReceiveCount: 2, isOrdered: isOrdered) { client, queue, deadLetters in
            try await rule.check(
                QueueSubject(
                    sender: SQSJobSender(client: client, queueURL: queue, fifoQueueURL: queue),
                    queue: SQSJobQueue(client: client, queueURL: queue),
                    deadLetters: SQSDeadLetterSender(client: client, queueURL: deadLetters),
                    deadLetterQueue: SQSJobQueue(client: client, queueURL: deadLetters),
                    maxReceiveCount: 2,
                    elapse: { try await Task.sleep(for: $0) }
                )
            )
        }
    }

    @Test("Many messages at once travel in few calls, and none is lost")
    func manyAtOnce() async throws {
        try await Emulator.withQueue { client, url in
            let sender = SQSJobSender(client: client, queueURL: url, fifoQueueURL: url)
            let queue = SQSJobQueue(client: client, queueURL: url)
            let jobs = (0..<95).map { _ in Job.sample() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for job in jobs {
                    group.addTask { try await sender.send(job, trace: .sample, after: .zero) }
                }
                try await group.waitForAll()
            }
            var bodies: Set<String> = []
            while bodies.count < jobs.count {
                let batch = try await queue.receive(upTo: 10, wait: .seconds(1), visibility: .seconds(30))
                try #require(!batch.isEmpty)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for delivery in batch {
                        bodies.insert(delivery.body)
                        group.addTask { try await queue.delete(delivery) }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(bodies == Set(jobs.map(\.message.body)))
            #expect(try await queue.receive(upTo: 10, wait: .zero, visibility: .seconds(1)).isEmpty)
        }
    }
}
