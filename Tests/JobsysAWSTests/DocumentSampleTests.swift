import FoundationEssentials
import JobsysAWS
import JobsysHTTP
import Testing

@Suite("The samples of docs/aws-client.md")
struct DocumentSampleTests {
    @Test("are those of DocumentSamples.swift, all of them")
    func sameText() throws {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let root = folder.dropLast(2).joined(separator: "/")
        let document = try String(contentsOfFile: root + "/docs/aws-client.md", encoding: .utf8)
        let source = try String(
            contentsOfFile: folder.joined(separator: "/") + "/DocumentSamples.swift",
            encoding: .utf8
        )
        let samples = document.components(between: "```swift\n", and: "```")
        #expect(samples.count == 9)
        for sample in samples { #expect(source.contains("\n" + sample)) }
        let code = source.split(separator: "\n\n", maxSplits: 2)[2]
        #expect(samples.reduce(0) { $0 + $1.count } + samples.count - 1 == code.count)
    }

    @Test("A client is made from the environment")
    func client() async throws {
        let transport = try CurlTransport()
        #expect(throws: AWSConfigurationError.self) { try makeClient(environment: [:], transport: transport) }
        _ = try makeClient(environment: ["AWS_REGION": "eu-central-1"], transport: transport)
        await transport.shutdown()
    }

    @Test(
        "A claim says whether the job is running",
        arguments: [
            (.response(200), true), (.error(400, "ConditionalCheckFailedException"), false),
        ] as [(ScriptedTransport.Answer, Bool)]
    )
    func claims(answer: ScriptedTransport.Answer, isClaimed: Bool) async throws {
        let fixture = Fixture([answer])
        #expect(try await claim("a", in: "T", client: fixture.client) == isClaimed)
    }

    @Test("All pages are gathered")
    func pages() async throws {
        let fixture = Fixture([
            .response(200, [:], #"{"Items":[{"n":{"N":"1"}}],"LastEvaluatedKey":{"PK":{"S":"a"}}}"#),
            .response(200, [:], #"{"Items":[{"n":{"N":"2"}}]}"#),
        ])
        #expect(try await jobs(of: "t", in: "T", client: fixture.client) == [["n": .n(1)], ["n": .n(2)]])
    }

    @Test("What was left undone to the last is not counted")
    func undone() async throws {
        let left = #"{"UnprocessedItems":{"T":[{"DeleteRequest":{"Key":{"PK":{"S":"b"}}}}]}}"#
        let fixture = Fixture([.response(200, [:], left)])
        #expect(try await forget(["a", "b"], in: "T", client: fixture.client) == 1)
        #expect(fixture.transport.sent.count == 8)
    }

    @Test("The operations that are added send their input and read their pages")
    func operations() async throws {
        let delete = Fixture([.response(200, [:], "")])
        try await delete.client.perform(DeleteQueue(queueURL: "q"))
        try expectSent(delete, "AmazonSQS.DeleteQueue", #"{"QueueUrl":"q"}"#)
        let list = Fixture([
            .response(200, [:], #"{"QueueUrls":["a"],"NextToken":"t"}"#), .response(200, [:], #"{"QueueUrls":["b"]}"#),
        ])
        var urls: [String] = []
        for try await page in list.client.pages(of: ListQueues(prefix: "j")) { urls += page.urls }
        #expect(urls == ["a", "b"])
        #expect(list.transport.sent.last?.text == #"{"QueueNamePrefix":"j","MaxResults":1000,"NextToken":"t"}"#)
    }

    @Test(
        "An error that is a regular outcome is one, and an answer that says nothing is a success, in either form",
        arguments: [
            (.response(200, [:], ""), true), (.response(200, [:], "{}"), true),
            (.error(400, "QueueDoesNotExist"), false),
        ] as [(ScriptedTransport.Answer, Bool)]
    )
    func outcome(answer: ScriptedTransport.Answer, isThere: Bool) async throws {
        let fixture = Fixture([answer])
        let operation = SetVisibilityTimeout(queueURL: "q", seconds: 30)
        #expect(try await fixture.client.perform(operation) == isThere)
        let input = #"{"QueueUrl":"q","Attributes":{"VisibilityTimeout":"30"}}"#
        try expectSent(fixture, "AmazonSQS.SetQueueAttributes", input)
    }

    @Test("Another service is asked under its own name, and tells of each element")
    func otherService() async throws {
        let answer = #"{"FailedEntryCount":1,"Entries":[{"EventId":"e"},{"ErrorCode":"MalformedDetail"}]}"#
        let fixture = Fixture([.response(200, [:], answer)])
        let event = PutEvents.Event(source: "s", detailType: "d", detail: "{}", resources: ["r"])
        let entries = try await fixture.client.perform(PutEvents(events: [event]))
        #expect(entries.map(\.eventID) == ["e", nil])
        #expect(entries.map(\.errorCode) == [nil, "MalformedDetail"])
        let input = #"{"Entries":[{"Source":"s","DetailType":"d","Detail":"{}","Resources":["r"]}]}"#
        try expectSent(fixture, "AWSEvents.PutEvents", input)
        #expect(AWSService.eventBridge.signingName == "events")
    }
}

extension String {
    fileprivate func components(between start: String, and end: String) -> [String] {
        var rest = self[...]
        var found: [String] = []
        while let opening = rest.firstRange(of: start) {
            rest = rest[opening.upperBound...]
            guard let closing = rest.firstRange(of: end) else { break }
            found.append(String(rest[..<closing.lowerBound]))
            rest = rest[closing.upperBound...]
        }
        return found
    }
}
