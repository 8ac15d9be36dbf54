import HTTPTypes
import JobsysAWS
import JobsysCore
import JobsysHTTP
import JobsysJSON
import JobsysSigV4
import JobsysTestKit
import JobsysTime
import Synchronization
import Testing

@testable import JobsysAWSAdapters

@Suite("Cancelling a job that changes meanwhile", .timeLimit(.minutes(1)))
struct CancelRaceTests {
    /// What the writes find, one after the other: the job in a state that their conditions refuse, or none and they are
    /// applied.
    private enum Found: Sendable {
        case refused(JobStatus, isGivenUp: Bool = false)
        case applied(JobStatus)
    }

    private func cancel(_ found: [Found]) async throws -> (answer: Intervention, writes: Int) {
        let table = ScriptedTable(
            found.map { found in
                var job = Job.sample()
                switch found {
                case .refused(let status, let isGivenUp):
                    job.status = status
                    if isGivenUp { job.givenUpAt = .sample }
                    return (job, false)
                case .applied(let status):
                    job.status = status
                    return (job, true)
                }
            }
        )
        let credentials = AWSCredentials(accessKeyID: "test", secretAccessKey: "test")
        let client = AWSClient(
            configuration: AWSConfiguration(region: "us-east-1", credentials: StaticCredentials(credentials)),
            transport: table
        )
        let store = DynamoDBJobStore(client: client, table: "jobs")
        let answer = try await store.cancel(Job.sample().id, at: .sample, expiresAt: .sample)
        return (answer, table.calls)
    }

    @Test("A run that ends in a retry between two writes does not save the job: it is cancelled")
    func retriesMeanwhile() async throws {
        let (answer, writes) = try await cancel([.refused(.running), .refused(.retrying), .applied(.cancelled)])
        guard case .done(let job) = answer else { return #expect(Bool(false), "\(answer)") }
        #expect(job.status == .cancelled)
        #expect(writes == 3)
    }

    @Test("A run that begins between two writes is asked to stop")
    func startsMeanwhile() async throws {
        let (answer, _) = try await cancel(
            [.refused(.running), .refused(.pending), .refused(.running), .applied(.running)]
        )
        guard case .requested = answer else { return #expect(Bool(false), "\(answer)") }
    }

    @Test("Somebody who cancels it at the same time has done what was asked for")
    func cancelledMeanwhile() async throws {
        let (answer, _) = try await cancel([.refused(.running), .refused(.cancelled)])
        guard case .done = answer else { return #expect(Bool(false), "\(answer)") }
    }

    @Test("A job that is over, or has failed for good, is not cancelled", arguments: [true, false])
    func over(isGivenUp: Bool) async throws {
        let last: Found = isGivenUp ? .refused(.running, isGivenUp: true) : .refused(.succeeded)
        let (answer, _) = try await cancel([.refused(.running), last])
        guard case .refused = answer else { return #expect(Bool(false), "\(answer)") }
    }
}

/// A table whose answers to writes are laid down.
private final class ScriptedTable: HTTPTransport {
    private let answers: Mutex<[(Job, isApplied: Bool)]>
    private let counter = Mutex(0)

    init(_ answers: [(Job, Bool)]) {
        self.answers = Mutex(answers.reversed())
    }

    var calls: Int { counter.withLock(\.self) }

    var direct: any HTTPTransport { self }

    func send(
        _ request: HTTPRequest,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse {
        counter.withLock { $0 += 1 }
        guard let (job, isApplied) = answers.withLock({ $0.popLast() }) else {
            return TransportResponse(head: HTTPResponse(status: .badRequest))
        }
        var writer = JSONWriter()
        writer.object { writer in
            if !isApplied {
                writer.member("__type", "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException")
            }
            writer.object(isApplied ? "Attributes" : "Item") { writer in
                for (name, value) in JobItem.item(of: job) {
                    writer.key(name)
                    value.encode(to: &writer)
                }
            }
        }
        return TransportResponse(head: HTTPResponse(status: isApplied ? .ok : .badRequest), body: writer.bytes)
    }
}
