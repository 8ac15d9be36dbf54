import JobsysAWS
import JobsysHTTP
import JobsysJSON

// The samples of docs/aws-client.md, to the letter; `DocumentSampleTests` runs them.

func makeClient(environment: [String: String], transport: CurlTransport) throws -> AWSClient {
    let configuration = try AWSConfiguration(environment: environment, transport: transport)
    return AWSClient(configuration: configuration, transport: transport)
}

func claim(_ job: String, in table: String, client: AWSClient) async throws -> Bool {
    let status = DynamoDB.Attribute("status")
    let claim = DynamoDB.UpdateItem(
        table: table,
        key: ["PK": .s(job)],
        update: .init().set("status", .s("RUNNING")).add("attempts", 1),
        condition: status == .s("PENDING") || status == .s("RETRYING"),
        returnsExistingOnFailure: true
    )
    switch try await client.perform(claim) {
    case .applied: return true
    case .conditionFailed(let existing): return existing?["status"] == .s("RUNNING")
    }
}

func jobs(of tenant: String, in table: String, client: AWSClient) async throws -> [DynamoDB.Item] {
    let query = DynamoDB.Query(
        table: table,
        index: "timeline",
        keyCondition: DynamoDB.Attribute("tenant") == .s(tenant),
        filter: DynamoDB.Attribute("attempts") > .n(1)
    )
    var jobs: [DynamoDB.Item] = []
    for try await page in client.pages(of: query) { jobs += page.items }
    return jobs
}

func forget(_ jobs: [String], in table: String, client: AWSClient) async throws -> Int {
    let writes = jobs.map { DynamoDB.BatchWriteItem.Write.delete(key: ["PK": .s($0)]) }
    let output = try await client.complete(DynamoDB.BatchWriteItem([table: writes]))
    return jobs.count - (output.unprocessed[table]?.count ?? 0)
}

struct DeleteQueue: AWSOperation {
    static let service = AWSService.sqs
    static let name = "DeleteQueue"
    var queueURL: String

    func encode(to writer: inout JSONWriter) {
        writer.object { $0.member("QueueUrl", queueURL) }
    }
}

struct ListQueues: AWSPagedOperation {
    static let service = AWSService.sqs
    static let name = "ListQueues"

    struct Page: Sendable {
        var urls: [String] = []
        var nextToken: String?
    }

    var prefix: String
    var nextToken: String?

    var isSafeToRepeat: Bool { true }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("QueueNamePrefix", prefix)
            writer.member("MaxResults", 1000)
            writer.member("NextToken", ifPresent: nextToken)
        }
    }

    static func decode(_ reader: inout JSONReader) throws -> Page {
        var page = Page()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "QueueUrls": page.urls = try reader.readStringArray()
            case "NextToken": page.nextToken = try reader.readString()
            default: break
            }
        }
        return page
    }

    func page(at token: String) -> ListQueues {
        ListQueues(prefix: prefix, nextToken: token)
    }

    static func nextToken(after page: Page) -> String? { page.nextToken }
}

struct SetVisibilityTimeout: AWSOperation {
    static let service = AWSService.sqs
    static let name = "SetQueueAttributes"
    var queueURL: String
    var seconds: Int

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("QueueUrl", queueURL)
            writer.object("Attributes") { $0.member("VisibilityTimeout", String(seconds)) }
        }
    }

    /// Whether there is such a queue.
    static func decode(_ reader: inout JSONReader) throws -> Bool {
        try reader.readNothing()
        return true
    }

    static func recover(from failure: AWSServiceFailure) throws -> Bool? {
        failure.code == "QueueDoesNotExist" ? false : nil
    }
}

extension AWSService {
    static let eventBridge = AWSService(
        endpointPrefix: "events",
        environmentName: "EVENTBRIDGE",
        targetPrefix: "AWSEvents",
        jsonVersion: "1.1"
    )
}

struct PutEvents: AWSOperation {
    static let service = AWSService.eventBridge
    static let name = "PutEvents"

    struct Event: Sendable {
        var source: String
        var detailType: String
        var detail: String
        var resources: [String] = []
    }

    /// What became of an event: its id, or why it was refused.
    struct Entry: Sendable {
        var eventID: String?
        var errorCode: String?
    }

    var events: [Event]

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.array("Entries") { writer in
                for event in events {
                    writer.object { writer in
                        writer.member("Source", event.source)
                        writer.member("DetailType", event.detailType)
                        writer.member("Detail", event.detail)
                        writer.strings("Resources", event.resources)
                    }
                }
            }
        }
    }

    static func decode(_ reader: inout JSONReader) throws -> [Entry] {
        let entries = try reader.readMember("Entries") { reader throws(JSONError) in
            try reader.readElements { reader throws(JSONError) in
                var entry = Entry()
                try reader.readMembers { reader, key throws(JSONError) in
                    switch key {
                    case "EventId": entry.eventID = try reader.readString()
                    case "ErrorCode": entry.errorCode = try reader.readString()
                    default: break
                    }
                }
                return entry
            }
        }
        guard let entries else { throw AWSAnswerError.missing("Entries") }
        return entries
    }
}
