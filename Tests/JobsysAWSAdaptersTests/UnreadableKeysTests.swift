import HTTPTypes
import JobsysAWS
import JobsysAWSAdapters
import JobsysCore
import JobsysHTTP
import JobsysJSON
import JobsysSigV4
import JobsysTime
import Synchronization
import Testing

@Suite("Keys of an index that cannot be read", .timeLimit(.minutes(1)))
struct UnreadableKeysTests {
    /// An index `incidents` whose newest keys are no places of a list, and that answers with as many as it is asked for.
    private final class SpoiltIndex: HTTPTransport {
        let keys: [String]
        private let queryCount = Mutex(0)

        init(keys: [String]) { self.keys = keys }

        var direct: any HTTPTransport { self }
        var queries: Int { queryCount.withLock(\.self) }

        func send(
            _ request: HTTPRequest,
            body: [UInt8],
            timeouts: TransportTimeouts
        ) async throws(TransportError) -> TransportResponse {
            let answer = answer(to: (try? JSONValue(parsing: body)) ?? [:])
            return TransportResponse(
                head: HTTPResponse(status: .ok),
                body: Array(answer.serializedString.utf8)
            )
        }

        private func answer(to call: JSONValue) -> JSONValue {
            guard call["IndexName"] != nil else { return ["Responses": [:], "UnprocessedKeys": [:]] }
            queryCount.withLock { $0 += 1 }
            let start = call["ExclusiveStartKey"]?["incidentSort"]?["S"]?.stringValue
            let first = start.flatMap { keys.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
            let page = keys[first...].prefix(call["Limit"]?.intValue ?? 1)
            let items = page.map { key -> JSONValue in
                ["PK": ["S": .string("INCIDENT#\(key)")], "incidentSort": ["S": .string(key)]]
            }
            var answer: JSONObject = ["Items": .array(items), "Count": .int(items.count)]
            if page.endIndex < keys.endIndex { answer["LastEvaluatedKey"] = items.last }
            return .object(answer)
        }
    }

    @Test("They keep no list from its end, however many there are, and take no call each", arguments: [1, 150])
    func areSkipped(count: Int) async throws {
        let now = Timestamp.now()
        let index = SpoiltIndex(keys: (0..<count).map { "\(now) \($0)" } + ["\(now + .seconds(-1))#x"])
        let credentials = AWSCredentials(accessKeyID: "test", secretAccessKey: "test")
        let configuration = AWSConfiguration(region: "us-east-1", credentials: StaticCredentials(credentials))
        let catalog = DynamoDBJobCatalog(
            client: AWSClient(configuration: configuration, transport: index),
            table: "jobs"
        )
        let section = ListSection(since: now + .seconds(-60), until: now + .seconds(60), limit: 1)
        let page = try await catalog.openIncidents(IncidentQuery(section))
        #expect(page.elements == [])
        #expect(page.next == nil)
        #expect(index.queries == 2 + count / 100)
    }
}
