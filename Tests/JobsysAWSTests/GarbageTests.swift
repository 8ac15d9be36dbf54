import HTTPTypes
import JobsysHTTP
import JobsysJSON
import Testing

@testable import JobsysAWS

/// Whatever comes in place of an answer, the client neither crashes nor takes it for more than it is.
@Suite struct GarbageTests {
    private static let rounds = 500
    private static let item =
        #"{"Item":{"PK":{"S":"a"},"b":{"B":"AAE="},"m":{"M":{"x":{"N":"1.5"},"l":{"L":[{"NULL":true}]}}}}}"#
    private static let messages = #"""
        {"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"v","MD5OfBody":"9e3669d19b675bd57058fd4664205d2a",\#
        "Attributes":{"ApproximateReceiveCount":"1"},"MessageAttributes":{"a":{"DataType":"String","StringValue":"v"}}}]}
        """#
    private static let failure = #"""
        {"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"cancelled",\#
        "CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Item":{"PK":{"S":"a"}}}]}
        """#
    private static let transaction = DynamoDB.TransactWriteItems(actions: [], clientRequestToken: "t")

    /// What an operation makes of a body: one output, or none for an error, which is one of ours.
    private func perform<Operation: AWSOperation>(
        _ operation: Operation,
        _ status: Int,
        _ body: [UInt8],
        _ fields: HTTPFields = [:]
    ) async throws -> [Operation.Output] {
        let client = AWSClient(
            configuration: AWSConfiguration(
                region: "r",
                credentials: StaticCredentials(Fixture.key),
                retry: RetryConfiguration(maxAttempts: 1)
            ),
            transport: ConstantTransport(status: status, body: body, fields: fields)
        )
        do {
            return [try await client.perform(operation)]
        } catch let error as AWSError {
            #expect(!error.code.isEmpty)
            return []
        }
    }

    @Test("An error's name is always fit for a label, and its text is short and has no second line")
    func errors() {
        var garbage = Garbage(seed: 1)
        for round in 0..<Self.rounds {
            let body = round % 2 == 0 ? garbage.document() : garbage.mutated(Array(Self.failure.utf8))
            let failure = AWSServiceFailure(TransportResponse(head: HTTPResponse(status: .badRequest), body: body))
            let name = failure.code.utf8
            #expect((1...128).contains(name.count))
            #expect(name.allSatisfy { (0x2D...0x7A).contains($0) && $0 != 0x3C && $0 != 0x3E }, "\(body)")
            #expect(failure.message.count <= 1000 && !failure.message.contains(where: \.isNewline), "\(body)")
        }
    }

    @Test("Garbage is no success", arguments: [200, 400, 500])
    func garbage(status: Int) async throws {
        var garbage = Garbage(seed: 2)
        for _ in 0..<Self.rounds {
            let body = garbage.document()
            // Perhaps chance has made a document; what is none must not pass for one.
            guard (try? JSONValue(parsing: body)) == nil else { continue }
            #expect(try await perform(Fixture.getItem, status, body).isEmpty, "\(body)")
            #expect(try await perform(Fixture.putNew, status, body).isEmpty, "\(body)")
            #expect(try await perform(Fixture.receive, status, body).isEmpty, "\(body)")
            #expect(try await perform(Self.transaction, status, body).isEmpty, "\(body)")
        }
    }

    @Test("A changed answer is an output or an error of ours, and never the end of the process")
    func changed() async throws {
        var garbage = Garbage(seed: 3)
        for _ in 0..<Self.rounds {
            _ = try await perform(Fixture.getItem, 200, garbage.mutated(Array(Self.item.utf8)))
            _ = try await perform(Self.transaction, 400, garbage.mutated(Array(Self.failure.utf8)))
            _ = try await perform(Fixture.receive, 200, garbage.mutated(Array(Self.messages.utf8)))
        }
    }

    @Test("A changed answer with a checksum is never taken for another one")
    func checksum() async throws {
        var garbage = Garbage(seed: 4)
        let body = Array(Self.item.utf8)
        let fields: HTTPFields = [.awsCRC32: "2761553209"]
        let expected = try await perform(Fixture.getItem, 200, body, fields)
        #expect(expected.count == 1)
        for _ in 0..<Self.rounds {
            let changed = garbage.mutated(body)
            let outputs = try await perform(Fixture.getItem, 200, changed, fields)
            #expect(outputs == (changed == body ? expected : []), "\(changed)")
        }
    }

    @Test("An answer that is cut anywhere is no answer", arguments: [200, 400])
    func cut(status: Int) async throws {
        for count in 0..<Self.item.utf8.count {
            #expect(try await perform(Fixture.getItem, status, Array(Self.item.utf8.prefix(count))).isEmpty)
        }
        for count in 0..<Self.messages.utf8.count {
            #expect(try await perform(Fixture.receive, status, Array(Self.messages.utf8.prefix(count))).isEmpty)
        }
        for count in 0..<Self.failure.utf8.count {
            #expect(try await perform(Self.transaction, status, Array(Self.failure.utf8.prefix(count))).isEmpty)
        }
    }

}

/// Answers every request with the same bytes.
private struct ConstantTransport: HTTPTransport {
    let status: Int
    let body: [UInt8]
    let fields: HTTPFields

    var direct: any HTTPTransport { self }

    func send(
        _ request: HTTPRequest,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse {
        TransportResponse(
            head: HTTPResponse(status: .init(code: status), headerFields: fields),
            body: self.body
        )
    }
}
