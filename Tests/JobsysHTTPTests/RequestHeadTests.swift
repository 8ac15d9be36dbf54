import HTTPTypes
import Testing

@testable import JobsysHTTP

@Suite struct RequestHeadTests {
    private static func head() throws -> (head: RequestHead, id: HTTPField.Name) {
        let id = try #require(HTTPField.Name("X-Id"))
        var request = HTTPRequest(method: .post, scheme: "https", authority: "a.example", path: "/x?y")
        request.headerFields = [.contentType: "text/plain", id: "abc", .userAgent: "b"]
        return (try RequestHead(request), id)
    }

    @Test("A copy with another text is another request, and leaves the first one as it was")
    func copies() throws {
        let (head, id) = try Self.head()
        let place = try #require(head.place(of: id))
        var copy = head
        copy.write("xyz", at: place.lowerBound)
        #expect(copy.request.headerFields == [.contentType: "text/plain", id: "xyz", .userAgent: "b"])
        #expect(copy.request.authority == "a.example")
        #expect(copy.request.path == "/x?y")
        #expect(copy.request.method == .post)
        #expect(head.request.headerFields[id] == "abc")
        #expect(copy.text.headerOffsets == head.text.headerOffsets)
    }

    @Test("A head for bodies of any size keeps curl from sending an Expect of its own")
    func anySize() throws {
        let (head, _) = try Self.head()
        let lines = head.text.headerOffsets.map { start in
            String(decoding: head.text.bytes[start...].prefix { $0 != 0 }, as: UTF8.self)
        }
        #expect(lines.contains("Expect:"))
    }

    @Test("A field that is not there, empty, or there twice has no place")
    func places() throws {
        let name = try #require(HTTPField.Name("X-Id"))
        var request = HTTPRequest(method: .post, scheme: "https", authority: "a.example", path: "/")
        #expect(try RequestHead(request).place(of: name) == nil)
        request.headerFields.append(HTTPField(name: name, value: ""))
        #expect(try RequestHead(request).place(of: name) == nil)
        request.headerFields[name] = "a"
        #expect(try RequestHead(request).place(of: name)?.count == 1)
        request.headerFields.append(HTTPField(name: name, value: "b"))
        #expect(try RequestHead(request).place(of: name) == nil)
    }

    @Test("A length cannot be stated for bodies of any size")
    func statedLength() throws {
        var request = HTTPRequest(method: .post, scheme: "https", authority: "a.example", path: "/")
        request.headerFields[.contentLength] = "3"
        #expect(throws: TransportError.self) { _ = try RequestHead(request) }
        #expect(throws: Never.self) { _ = try RequestHead(request, bodyCount: 3) }
    }
}
