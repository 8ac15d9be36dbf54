import HTTPTypes
import JobsysAWS
import JobsysAWSAdapters
import JobsysCore
import JobsysHTTP
import JobsysJSON
import JobsysSigV4
import JobsysTime
import Testing

/// What AWS bills for a list, which is more than for a job.
@Suite("Calls per list", .timeLimit(.minutes(1)))
struct CallsPerListTests {
    /// A table without any item.
    private struct EmptyTable: HTTPTransport {
        var direct: any HTTPTransport { self }

        func send(
            _ request: HTTPRequest,
            body: [UInt8],
            timeouts: TransportTimeouts
        ) async throws(TransportError) -> TransportResponse {
            let answer = #"{"Items":[],"Count":0,"Responses":{},"UnprocessedKeys":{}}"#
            return TransportResponse(head: HTTPResponse(status: .ok), body: Array(answer.utf8))
        }
    }

    private let meter = CallMeter()

    private var client: AWSClient {
        let credentials = AWSCredentials(accessKeyID: "test", secretAccessKey: "test")
        return AWSClient(
            configuration: AWSConfiguration(region: "us-east-1", credentials: StaticCredentials(credentials)),
            transport: EmptyTable(),
            observer: meter
        )
    }

    private var calls: [String: Int] {
        Dictionary(uniqueKeysWithValues: meter.tallies.map { ($0.key.name, $0.value.total.calls) })
    }

    @Test("The list of an idle system takes four queries for each of 16 days, and says where to go on")
    func idle() async throws {
        let catalog = DynamoDBJobCatalog(client: client, table: "jobs")
        let now = Timestamp.now()
        let section = ListSection(since: now + .seconds(-32 * 86400), until: now, limit: 20)
        let page = try await catalog.jobs(JobQuery(section))
        #expect(page.elements == [])
        #expect(page.next != nil)
        #expect(calls == ["Query": 16 * 4])
    }

    @Test("The reconciler reads a hundred jobs with one call")
    func reconciler() async throws {
        let store = DynamoDBReconcilerStore(client: client, table: "jobs")
        let ids = (0..<101).map { _ in JobID(at: .now()) }
        #expect(try await store.jobs(ids, consistently: true) == JobRecords())
        #expect(calls == ["BatchGetItem": 2])
    }
}
