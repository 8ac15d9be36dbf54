import JobsysAWS
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTestKit
import Testing

@testable import JobsysAWSAdapters

@Suite("Items of the table")
struct ItemTests {
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
                "timelineKey": .s("acme#2025-11-21#\(shard)"),
                "timelineSort": .s("2025-11-21T10:13:20.123Z#019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60"),
            ]
        )
    }

    @Test("read back as the job that they were made of")
    func roundTrip() throws {
        let job = Job.sample(idempotencyKey: "key")
        #expect(try Job(item: JobItem.item(of: job)) == job)
    }

    @Test(
        "that are damaged are refused, with the attribute that is wrong",
        arguments: [
            ("status", "DANCING", "status is not a status"),
            ("payload", "{", "payload is not JSON"),
            ("createdAt", "yesterday", "createdAt is not an RFC 3339 time"),
            ("traceId", "x", "traceId is not a trace id"),
        ]
    )
    func damaged(name: String, value: String, complaint: String) throws {
        let job = Job.sample()
        var item = JobItem.item(of: job)
        item[name] = .s(value)
        let error = #expect(throws: DependencyError.self) { try Job(item: item) }
        #expect(error?.code == "MalformedItem")
        #expect(error?.isTransient == false)
        #expect(error?.message.hasPrefix("JOB#\(job.id): \(complaint)") == true)
    }

    @Test("that lack an attribute are refused")
    func incomplete() throws {
        var item = JobItem.item(of: .sample())
        item["attempts"] = nil
        let error = #expect(throws: DependencyError.self) { try Job(item: item) }
        #expect(error?.message.hasSuffix("attempts is not a whole number") == true)
    }
}
