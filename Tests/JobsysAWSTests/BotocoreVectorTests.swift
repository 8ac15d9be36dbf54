import JobsysAWS
import JobsysJSON
import Testing

/// An input as botocore serialises it; `Vectors/generate.py` writes them.
struct BotocoreVector: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var target: String
    var contentType: String
    var body: JSONValue

    init(_ value: JSONValue) throws {
        testDescription = try #require(value["name"]?.stringValue)
        target = try #require(value["target"]?.stringValue)
        contentType = try #require(value["contentType"]?.stringValue)
        body = try #require(value["body"])
    }

    static let all: [BotocoreVector] = {
        do {
            let document = try JSONValue(parsing: PackageResources.botocore_json)
            return try (document.arrayValue ?? []).map(BotocoreVector.init)
        } catch {
            Issue.record(error)
            return []
        }
    }()
}

@Suite("Requests that botocore makes")
struct BotocoreVectorTests {
    @Test("There is a vector for each input, and an input for each vector")
    func count() {
        #expect(BotocoreVector.all.map(\.testDescription).sorted() == BotocoreInputs.all.keys.sorted())
    }

    @Test("The target, the content type and the document are the same", arguments: BotocoreVector.all)
    func vector(vector: BotocoreVector) async throws {
        let operation = try #require(BotocoreInputs.all[vector.testDescription])
        let fixture = Fixture([.response(200)])
        _ = try await fixture.failure(of: operation)
        let sent = try #require(fixture.transport.sent.first)
        #expect(sent.field("x-amz-target") == vector.target)
        #expect(sent.field("content-type") == vector.contentType)
        #expect(try JSONValue(parsing: sent.body) == vector.body)
    }
}
