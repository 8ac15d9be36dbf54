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

/// What AWS bills for a list, which is more than for a job.
@Suite("Calls per list", .timeLimit(.minutes(1)))
struct CallsPerListTests {
    /// A table without any item.
    private final class EmptyTable: HTTPTransport {
        private let calls = Mutex<[JSONValue]>([])

        var direct: any HTTPTransport { self }
        var queries: [JSONValue] { calls.withLock(\.self).filter { $0["IndexName"] != nil } }

        func send(
            _ request: HTTPRequest,
            body: [UInt8],
            timeouts: TransportTimeouts
        ) async throws(TransportError) -> TransportResponse {
            if let call = try? JSONValue(parsing: body) { calls.withLock { $0.append(call) } }
            let answer = #"{"Items":[],"Count":0,"Responses":{},"UnprocessedKeys":{}}"#
            return TransportResponse(head: HTTPResponse(status: .ok), body: Array(answer.utf8))
        }
    }

    private let meter = CallMeter()
    private let transport = EmptyTable()

    private var client: AWSClient {
        let credentials = AWSCredentials(accessKeyID: "test", secretAccessKey: "test")
        return AWSClient(
            configuration: AWSConfiguration(region: "us-east-1", credentials: StaticCredentials(credentials)),
            transport: transport,
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

    @Test("A tenant's list reads as many items as it answers, and none of others", arguments: [nil, "acme"])
    func tenant(tenant: String?) async throws {
        let now = Timestamp.now()
        let section = ListSection(tenant: tenant, since: now + .seconds(-86400), until: now, limit: 3)
        let catalog = DynamoDBJobCatalog(client: client, table: "jobs")
        #expect(try await catalog.jobs(JobQuery(section)) == Listing([], next: nil))
        #expect(try await catalog.openIncidents(IncidentQuery(section)) == Listing([], next: nil))
        let indexes = transport.queries.compactMap { $0["IndexName"]?.stringValue }
        #expect(Set(indexes) == (tenant == nil ? ["timeline", "incidents"] : ["tenant"]))
        #expect(Set(transport.queries.compactMap { $0["Limit"]?.intValue }) == [3])
        let lists = transport.queries.compactMap { $0["ExpressionAttributeValues"]?[":v0"]?["S"]?.stringValue }
        let prefix = tenant.map { "JOB#\($0)#" } ?? "default#"
        #expect(lists.count { $0.hasPrefix(prefix) } == lists.count - 1)
        #expect(lists.contains(tenant.map { "INCIDENT#\($0)" } ?? "default"))
    }

    @Test("The reconciler reads a hundred jobs with one call")
    func reconciler() async throws {
        let store = DynamoDBReconcilerStore(client: client, table: "jobs")
        let ids = (0..<101).map { _ in JobID(at: .now()) }
        #expect(try await store.jobs(ids, consistently: true) == JobRecords())
        #expect(calls == ["BatchGetItem": 2])
    }
}
