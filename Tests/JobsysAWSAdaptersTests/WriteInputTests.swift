import JobsysAWS
import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@testable import JobsysAWSAdapters

/// The writes that are made for each job, whose input is written by shorter ways than the builders'.
@Suite("The input of a job's writes")
struct WriteInputTests {
    private let job = Job.sample(idempotencyKey: "k\"\\ 1")

    private func input(_ operation: some AWSOperation) throws -> JSONValue {
        var writer = JSONWriter()
        operation.encode(to: &writer)
        return try JSONValue(parsing: writer.bytes)
    }

    @Test("of a new job is that of a PutItem of its item", arguments: [false, true])
    func creation(isCounted: Bool) throws {
        let put = DynamoDB.PutItem(
            table: "t",
            item: JobItem.item(of: job, shards: IndexShards(7), isCounted: isCounted),
            condition: .attributeNotExists("PK"),
            returnsExistingOnFailure: true
        )
        #expect(
            try input(JobCreation(job: job, table: "t", shards: IndexShards(7), isCounted: isCounted)) == input(put)
        )
    }

    @Test("of a claim is that of its UpdateItem", arguments: ["m-1", "<key>", "quo\"te\\ \u{1} größe", ""])
    func claim(messageID: String) throws {
        var claim = Claim(
            job.message,
            messageID: messageID,
            owner: "owner",
            at: .sample,
            leaseExpiresAt: .sample + .seconds(60)
        )
        func text(_ blank: ClaimWrite.Blank) -> String {
            switch blank {
            case .key: "JOB#\(job.id)"
            case .generation: "0"
            case .payloadHash: job.payloadHash
            case .owner: "owner"
            case .messageID: messageID
            case .leaseExpiresAt: "2025-11-21T10:14:20.123Z"
            case .sensitive: "a\nb[*]"
            case .now: "2025-11-21T10:13:20.123Z"
            }
        }
        let update = ClaimWrite.update(table: "t", text: text)
        #expect(try input(ClaimWrite.template(table: "t").filled(claim)) == input(update))
        claim.sensitive = ["a", "b[*]"]
        let beginning = DynamoDB.Update().set("sensitive", .s("a\nb[*]"))
        let sensitive = ClaimWrite.update(table: "t", beginning, text: text)
        #expect(try input(ClaimWrite.sensitiveTemplate(table: "t").filled(claim)) == input(sensitive))
    }

    @Test("of a success is that of its UpdateItem")
    func success() throws {
        let run = Run(jobID: job.id, generation: 2, attempt: 3, owner: "owner")
        let result = JobResult(["text": "\"<now>\""], expiresAt: .sample)
        let update = SuccessWrite.update(table: "t") { blank in
            switch blank {
            case .key: "JOB#\(job.id)"
            case .generation: "2"
            case .attempt: "3"
            case .owner: "owner"
            case .result: #"{"text":"\"<now>\""}"#
            case .now: "2025-11-21T10:13:20.123Z"
            case .expiresAt: "1763720000"
            }
        }
        #expect(try input(SuccessWrite.template(table: "t").filled(run, result, at: .sample)) == input(update))
    }
}
