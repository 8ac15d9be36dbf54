import JobsysHashing
import JobsysJSON

/// Answers each operation always in the same way; the digest of a message's body is the only thing worked out.
struct CannedService: StubService {
    private static let json10 = "application/x-amz-json-1.0"

    private let item = StubResponse(contentType: json10, body: Array(Self.itemAnswer.utf8), hasCRC32: true)
    private let empty = StubResponse(contentType: json10, body: Array("{}".utf8), hasCRC32: true)
    private let messages = StubResponse(contentType: json10, body: Self.messagesAnswer)
    private let unknown = StubResponse(
        400,
        contentType: json10,
        body: Array(#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#.utf8)
    )
    private var lastSent: (request: [UInt8], response: StubResponse)?

    mutating func reply(to request: StubRequest, from caller: Caller, at now: Instant) -> StubReply {
        switch request.target {
        case "AmazonSQS.SendMessage": .answer(sent(request.body))
        case "AmazonSQS.ReceiveMessage": .answer(messages)
        case "DynamoDB_20120810.PutItem": .answer(empty)
        case "DynamoDB_20120810.GetItem": .answer(item)
        default: .answer(unknown)
        }
    }

    /// Benchmarks send the same again and again, so the last answer is kept.
    private mutating func sent(_ request: [UInt8]) -> StubResponse {
        if let lastSent, lastSent.request == request { return lastSent.response }
        guard let body = try? JSONValue(parsing: request)["MessageBody"]?.stringValue else { return unknown }
        let answer = """
            {"MessageId":"219f8380-5770-4cc2-8c3e-5c715e145f5e","MD5OfMessageBody":"\(MD5.hexHash(body))"}
            """
        let response = StubResponse(contentType: Self.json10, body: Array(answer.utf8))
        lastSent = (request, response)
        return response
    }

    /// A job, as the API reads it.
    private static let itemAnswer = """
        {"Item":{"PK":{"S":"JOB#01890a5d-ac96-774b-bcce-b302099a8057"},"status":{"S":"SUCCEEDED"},\
        "type":{"S":"transform"},"payload":{"S":"{\\"text\\":\\"hello, world\\",\\"sleepMs\\":0}"},\
        "payloadHash":{"S":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},\
        "tenant":{"S":"default"},"generation":{"N":"1"},"attempts":{"N":"1"},"maxAttempts":{"N":"5"},\
        "traceId":{"S":"1-581cf771-a006649127e371903a2de979"},"createdAt":{"S":"2024-01-01T00:00:00.000Z"},\
        "updatedAt":{"S":"2024-01-01T00:00:01.000Z"},"startedAt":{"S":"2024-01-01T00:00:00.500Z"},\
        "finishedAt":{"S":"2024-01-01T00:00:01.000Z"},"expiresAt":{"N":"1705276801"},\
        "result":{"S":"{\\"text\\":\\"HELLO, WORLD\\",\\"length\\":12}"}}}
        """

    /// Ten messages, as the worker takes them.
    private static let messagesAnswer: [UInt8] = {
        let messages = (0..<10)
            .map { number in
                let body = """
                    {"jobId":"01890a5d-ac96-774b-bcce-b302099a805\(number)","payloadHash":\
                    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",\
                    "traceId":"1-581cf771-a006649127e371903a2de979","generation":1}
                    """
                return """
                    {"MessageId":"219f8380-5770-4cc2-8c3e-5c715e145f5\(number)","ReceiptHandle":\
                    "\(String(repeating: "AQEBaZ+j5qUoAoxlmCOQPkm9njMmXqemmIG6shwCHV6TY20i", count: 6))",\
                    "MD5OfBody":"\(MD5.hexHash(body))","Body":"\(body.split(separator: "\"").joined(separator: "\\\""))",\
                    "Attributes":{"SenderId":"AIDASSYFHUBOBT7F4XT75","ApproximateFirstReceiveTimestamp":"1677112441579",\
                    "ApproximateReceiveCount":"1","SentTimestamp":"1677112428380"}}
                    """
            }
        return Array(#"{"Messages":[\#(messages.joined(separator: ","))]}"#.utf8)
    }()
}
