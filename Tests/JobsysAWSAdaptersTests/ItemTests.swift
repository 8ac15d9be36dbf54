import JobsysAWS
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTestKit
import JobsysTime
import Testing

@testable import JobsysAWSAdapters

@Suite("Items of the table")
struct ItemTests {
    @Test("are not looked up for jobs whose messages can wait in the queue")
    func messageDelay() {
        #expect(QueueLimits.sqsStandard.longestDelay >= Job.longestMessageDelay)
    }

    @Test("hold a new job in the attributes that the design names")
    func layout() throws {
        let submission = Submission(
            tenant: "acme",
            type: "transform",
            payload: ["text": "hello", "n": 1.50],
            maxAttempts: 3,
            idempotencyKey: "order-1"
        )
        let id = try #require(JobID("019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60"))
        let traceID = try #require(TraceID("67891233abcdef012345678912345678"))
        let job = Job(submission, id: id, traceID: traceID, at: .sample)
        let shard = id.shard(of: 4)
        #expect(
            JobItem.item(of: job) == [
                "PK": .s("JOB#019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60"),
                "status": .s("PENDING"),
                "type": .s("transform"),
                "payload": .s(#"{"text":"hello","n":1.5}"#),
                "payloadHash": .s(submission.payloadHash),
                "tenant": .s("acme"),
                "generation": .n(0),
                "attempts": .n(0),
                "maxAttempts": .n(3),
                "traceId": .s("67891233abcdef012345678912345678"),
                "idempotencyKey": .s("order-1"),
                // printf '{"maxAttempts":3,"payloadHash":"%s","type":"transform"}' of the payload's hash | sha256sum
                "requestHash": .s("24382735d8e8720fb84399f122197dbe"),
                "createdAt": .s("2025-11-21T10:13:20.123Z"),
                "updatedAt": .s("2025-11-21T10:13:20.123Z"),
                "timelineKey": .s("default#2025-11-21#\(shard)"),
                "timelineSort": .s("2025-11-21T10:13:20.123Z#019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60"),
                "tenantKey": .s("JOB#acme#2025-11-21#\(shard)"),
                "tenantSort": .s("2025-11-21T10:13:20.123Z#019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60"),
            ]
        )
    }

    @Test(
        "are in the index of tenants only if their job is of one that is not the default, and incidents while they are open"
    )
    func tenants() throws {
        var job = Job.sample()
        #expect(JobItem.item(of: job).keys.filter { $0.hasPrefix("tenantK") || $0.hasPrefix("tenantS") } == [])
        func incident() -> Item { IncidentItem.item(of: .sample(of: job), expiresAt: .sample) }
        #expect(incident()["tenantKey"] == nil)
        job.tenant = "acme"
        #expect(incident()["tenantKey"] == .s("INCIDENT#acme"))
        #expect(incident()["tenantSort"] == incident()["incidentSort"])
        var stray = Incident.sample(of: job)
        stray.id = .message("stray")
        #expect(IncidentItem.item(of: stray, expiresAt: .sample)["tenantKey"] == nil)
    }

    @Test("read back as the job that they were made of, whatever has become of it")
    func roundTrip() throws {
        var job = Job.sample(idempotencyKey: "key", orderingKey: "order")
        #expect(try Job(item: JobItem.item(of: job)) == job)
        job.status = .running
        job.generation = 2
        job.attempts = 3
        job.hasDefaultMaxAttempts = true
        job.runAt = .sample + .seconds(1)
        job.cancelRequestedAt = .sample + .seconds(2)
        job.givenUpAt = .sample + .seconds(3)
        job.lease = Job.Lease(owner: "one", messageID: "m", expiresAt: .sample + .seconds(4))
        job.result = ["answer": 42]
        job.progress = JobProgress(0.25, "a quarter", at: .sample)
        job.error = Job.RecordedFailure(errorClass: .network, message: "no route", at: .sample)
        job.failures = [Job.RecordedFailure(errorClass: .system, message: "broken", at: .sample)]
        job.updatedAt = .sample + .seconds(5)
        job.startedAt = .sample + .seconds(6)
        job.finishedAt = .sample + .seconds(7)
        job.expiresAt = Timestamp(milliseconds: 1_763_720_000_000)
        job.tick = ScheduleTick(scheduleID: "nightly", at: .sample + .seconds(8))
        job.workflow = WorkflowMembership(
            workflow: job.id,
            key: "b",
            page: "page",
            index: 7,
            dependsOn: ["a"],
            continues: true,
            keepUntil: Timestamp(milliseconds: 1_763_720_000_000)
        )
        let unset = Mirror(reflecting: job).children.filter { "\($0.value)" == "nil" }.map(\.label)
        #expect(unset == [], "a field of which the test does not know")
        #expect(try Job(item: JobItem.item(of: job)) == job)
    }

    @Test(
        "that are damaged are refused, with the attribute that is wrong",
        arguments: [
            ("payload", "{", "payload is not JSON"),
            ("createdAt", "yesterday", "createdAt is not an RFC 3339 time"),
            ("traceId", "x", "traceId is not a trace id"),
        ]
    )
    func damaged(name: String, value: String, finding: String) throws {
        let job = Job.sample()
        var item = JobItem.item(of: job)
        item[name] = .s(value)
        let error = #expect(throws: UnreadableRecord.self) { try Job(item: item) }
        #expect(error?.isNewer == false)
        #expect(error?.description.hasPrefix("JOB#\(job.id): \(finding)") == true)
    }

    @Test(
        "that a newer version has written are told from damaged ones",
        arguments: [
            ("status", .s("DANCING"), "its status is DANCING, which this version does not know"),
            ("version", .n(2), "its version is 2, newer than 1"),
        ] as [(String, AttributeValue, String)]
    )
    func newer(name: String, value: AttributeValue, finding: String) throws {
        let job = Job.sample()
        var item = JobItem.item(of: job)
        item[name] = value
        let expected = UnreadableRecord(key: "JOB#\(job.id)", finding: finding, isNewer: true)
        #expect(throws: expected) { try Job(item: item) }
    }

    @Test(
        "with a progress that cannot be read are read without it, for nothing depends on it",
        arguments: [
            .s("half"), .m([:]), .m(["fraction": .s("0.5"), "at": .s("2025-11-21T10:13:20.123Z")]),
            .m(["fraction": .n("0.5")]), .m(["fraction": .n("0.5"), "at": .s("yesterday")]), .l([]), .null,
        ] as [AttributeValue]
    )
    func progress(value: AttributeValue) throws {
        let job = Job.sample()
        var item = JobItem.item(of: job)
        item["progress"] = value
        #expect(try Job(item: item) == job)
    }

    @Test("with an error of a class that only a newer version knows are read, and keep it")
    func newerClass() throws {
        var job = Job.sample()
        job.error = Job.RecordedFailure(errorClass: ErrorClass(rawValue: "QUOTA"), message: "x", at: .sample)
        job.failures = [Job.RecordedFailure(errorClass: ErrorClass(rawValue: "QUOTA"), message: "x", at: .sample)]
        #expect(try Job(item: JobItem.item(of: job)) == job)
    }

    @Test("that lack an attribute are refused")
    func incomplete() throws {
        var item = JobItem.item(of: .sample())
        item["attempts"] = nil
        let error = #expect(throws: UnreadableRecord.self) { try Job(item: item) }
        #expect(error?.description.hasSuffix("attempts is not a whole number") == true)
    }
}
