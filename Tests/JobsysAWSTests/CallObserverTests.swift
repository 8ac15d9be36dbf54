import JobsysHTTP
import JobsysObservability
import Synchronization
import Testing

@testable import JobsysAWS

@Suite struct CallObserverTests {
    private final class Recorder: AWSCallObserver {
        let wantsConsumedCapacity: Bool
        private let state = Mutex<[AWSCallRecord]>([])

        init(wantsConsumedCapacity: Bool = false) {
            self.wantsConsumedCapacity = wantsConsumedCapacity
        }

        var records: [AWSCallRecord] { state.withLock { $0 } }

        func callEnded(_ record: AWSCallRecord) {
            state.withLock { $0.append(record) }
        }
    }

    @Test("A success is told with its attempts and its time, pauses included")
    func success() async throws {
        let recorder = Recorder()
        let fixture = Fixture(
            [.error(400, "SlowDown"), .response(200)],
            perRequest: .milliseconds(10),
            observer: recorder
        )
        _ = try await fixture.client.perform(Fixture.getItem)
        #expect(
            recorder.records == [
                .init(
                    service: "dynamodb",
                    operation: "GetItem",
                    attempts: 2,
                    httpStatus: 200,
                    duration: .milliseconds(1020)
                )
            ]
        )
    }

    @Test(
        "A failure is told with its code, and so is one that is a regular outcome",
        arguments: [
            (.error(400, "ValidationException"), 400, "ValidationException"),
            (.error(400, "ConditionalCheckFailedException"), 400, "ConditionalCheckFailedException"),
            (.failure(.shutDown), nil, "TransportShutDown"),
        ] as [(ScriptedTransport.Answer, Int?, String)]
    )
    func failure(answer: ScriptedTransport.Answer, status: Int?, code: String) async throws {
        let recorder = Recorder()
        _ = try await Fixture([answer], observer: recorder).failure(of: Fixture.putNew)
        #expect(
            recorder.records == [
                .init(
                    service: "dynamodb",
                    operation: "PutItem",
                    attempts: 1,
                    httpStatus: status,
                    errorCode: code,
                    duration: .zero
                )
            ]
        )
    }

    @Test("A cancelled call is told too")
    func cancellation() async throws {
        let recorder = Recorder()
        let fixture = Fixture([.failure(.cancelled)], observer: recorder)
        await #expect(throws: CancellationError.self) { try await fixture.client.perform(Fixture.getItem) }
        #expect(recorder.records.map(\.errorCode) == ["Cancelled"])
        #expect(recorder.records.map(\.attempts) == [1])
    }

    @Test(
        "DynamoDB is asked what was consumed if the observer wants to know, and answers for one table or several",
        arguments: [
            (#"{"ConsumedCapacity":{"TableName":"T","CapacityUnits":1.5}}"#, 1.5),
            (#"{"ConsumedCapacity":[{"CapacityUnits":2},{"CapacityUnits":0.5}]}"#, 2.5),
            ("{}", nil), (#"{"ConsumedCapacity":null}"#, nil),
        ] as [(String, Double?)]
    )
    func consumption(answer: String, units: Double?) async throws {
        let recorder = Recorder(wantsConsumedCapacity: true)
        let fixture = Fixture([.response(200, [:], answer)], observer: recorder)
        _ = try await fixture.client.perform(Fixture.getItem)
        #expect(
            fixture.transport.sent.first?.text
                == #"{"TableName":"T","Key":{"PK":{"S":"a"}},"ReturnConsumedCapacity":"TOTAL"}"#
        )
        #expect(recorder.records.map(\.consumedCapacity) == [units])
    }

    @Test("Operations that know no such question are not asked, nor is anything asked that nobody wants to know")
    func unasked() async throws {
        let recorder = Recorder(wantsConsumedCapacity: true)
        let fixture = Fixture(
            [.response(200, [:], #"{"Table":{"TableStatus":"ACTIVE","TableArn":"a"}}"#)],
            observer: recorder
        )
        _ = try await fixture.client.perform(DynamoDB.DescribeTable(table: "T"))
        try expectSent(fixture, "DynamoDB_20120810.DescribeTable", #"{"TableName":"T"}"#)
        let plain = Fixture([.response(200)], observer: Recorder())
        _ = try await plain.client.perform(Fixture.getItem)
        try expectSent(plain, "DynamoDB_20120810.GetItem", #"{"TableName":"T","Key":{"PK":{"S":"a"}}}"#)
    }

    @Test("What a call was made for is told, if its caller says so")
    func tag() async throws {
        let recorder = Recorder()
        let fixture = Fixture([.response(200), .response(200)], observer: recorder)
        _ = try await CostTag.$current.withValue("thumbnails") { try await fixture.client.perform(Fixture.getItem) }
        _ = try await fixture.client.perform(Fixture.getItem)
        #expect(recorder.records.map(\.tag) == ["thumbnails", nil])
    }
}
