import JobsysAWS
import Testing

@Suite struct PagesTests {
    private static let query = DynamoDB.Query(table: "T", keyCondition: DynamoDB.Attribute("PK") == .s("a"))

    private static func page(_ names: [String], next: String?) -> ScriptedTransport.Answer {
        let items = names.map { #"{"PK":{"S":"\#($0)"}}"# }.joined(separator: ",")
        let key = next.map { #","LastEvaluatedKey":{"PK":{"S":"\#($0)"}}"# } ?? ""
        return .response(200, [:], #"{"Items":[\#(items)]\#(key)}"#)
    }

    @Test("All pages are read, an empty one in between too, each from the last key of the one before")
    func all() async throws {
        let fixture = Fixture([Self.page(["a"], next: "k1"), Self.page([], next: "k2"), Self.page(["b"], next: nil)])
        var pages: [[DynamoDB.Item]] = []
        for try await page in fixture.client.pages(of: Self.query) { pages.append(page.items) }
        #expect(pages == [[["PK": .s("a")]], [], [["PK": .s("b")]]])
        let texts = fixture.transport.sent.map(\.text)
        #expect(texts.count == 3)
        #expect(!texts[0].contains("ExclusiveStartKey"))
        #expect(texts[1].contains(#""ExclusiveStartKey":{"PK":{"S":"k1"}}"#))
        #expect(texts[2].contains(#""ExclusiveStartKey":{"PK":{"S":"k2"}}"#))
    }

    @Test("An empty last key is none")
    func emptyKey() async throws {
        let fixture = Fixture([.response(200, [:], #"{"Items":[],"LastEvaluatedKey":{}}"#)])
        for try await page in fixture.client.pages(of: DynamoDB.Scan(table: "T")) { #expect(page.items.isEmpty) }
        #expect(fixture.transport.sent.count == 1)
    }

    @Test("An empty token is none, as it is to the official SDKs")
    func emptyToken() async throws {
        let fixture = Fixture([.response(200, [:], #"{"QueueUrls":["a"],"NextToken":""}"#)])
        var pages = 0
        for try await _ in fixture.client.pages(of: ListQueues(prefix: "")) { pages += 1 }
        #expect(pages == 1)
    }

    @Test("Who stops reading asks for no more")
    func lazy() async throws {
        let fixture = Fixture([Self.page(["a"], next: "k1"), Self.page(["b"], next: "k2")])
        let first = try await fixture.client.pages(of: Self.query).first { !$0.items.isEmpty }
        #expect(first?.items == [["PK": .s("a")]])
        #expect(fixture.transport.sent.count == 1)
    }

    @Test("A token that leads to itself ends in an error, not in a circle")
    func circle() async throws {
        let fixture = Fixture([Self.page(["a"], next: "k")])
        let error = await #expect(throws: AWSError.self) {
            for try await _ in fixture.client.pages(of: Self.query) {}
        }
        #expect(error?.code == "RepeatedPageToken")
        #expect(fixture.transport.sent.count == 2)
    }

    @Test("An error ends the pages")
    func failure() async throws {
        let fixture = Fixture([Self.page(["a"], next: "k"), .error(400, "ValidationException")])
        var pages = fixture.client.pages(of: Self.query).makeAsyncIterator()
        #expect(try await pages.next() != nil)
        await #expect(throws: AWSError.self) { try await pages.next() }
        #expect(try await pages.next() == nil)
        #expect(fixture.transport.sent.count == 2)
    }
}
