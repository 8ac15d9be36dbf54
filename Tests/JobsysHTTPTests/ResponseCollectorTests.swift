import HTTPTypes
import Testing

@testable import JobsysHTTP

@Suite struct ResponseCollectorTests {
    @Test("Status, fields in order and body make the response")
    func whole() {
        let collector = Collecting(maxBodyBytes: 10)
        #expect(
            collector.receive("HTTP/1.1 404 Not Found\r\n", "X-One: 1\r\n", "x-two:\t 2 \r\n", "X-Three:\r\n", "\r\n")
        )
        #expect(collector.receive(body: "abc"))
        #expect(collector.receive(body: "def"))
        let response = collector.response()
        #expect(response?.status == 404)
        #expect(response?.head.status.reasonPhrase == "Not Found")
        #expect(
            response?.head.headerFields.map { "\($0.name.rawName)=\($0.value)" } == ["X-One=1", "x-two=2", "X-Three="]
        )
        #expect(response?.body == Array("abcdef".utf8))
    }

    @Test("Informational responses and their fields are dropped")
    func informational() {
        let collector = Collecting(maxBodyBytes: 10)
        #expect(collector.receive("HTTP/1.1 103 Early Hints\r\n", "Link: a\r\n", "\r\n"))
        #expect(collector.response() == nil)
        #expect(collector.receive("HTTP/1.1 200\r\n", "A: b\r\n", "\r\n"))
        #expect(collector.response()?.status == 200)
        #expect(collector.response()?.head.headerFields.map(\.name.rawName) == ["A"])
    }

    @Test("Trailers do not become header fields")
    func trailers() {
        let collector = Collecting(maxBodyBytes: 10)
        #expect(collector.receive("HTTP/1.1 200 OK\r\n", "\r\n"))
        #expect(collector.receive("X-Trailer: 1\r\n", "HTTP/1.1 500 no\r\n", "\r\n"))
        #expect(collector.response()?.status == 200)
        #expect(collector.response()?.head.headerFields.isEmpty == true)
    }

    @Test("A line that is no legal field is left out", arguments: ["no colon", "bad name: 1", ": 1", " folded: 1"])
    func illegalField(line: String) {
        let collector = Collecting(maxBodyBytes: 10)
        #expect(collector.receive("HTTP/1.1 200 OK\r\n", line + "\r\n", "Good: 1\r\n", "\r\n"))
        #expect(collector.response()?.head.headerFields.map(\.name.rawName) == ["Good"])
    }

    @Test(
        "One field is found without regard to case, with commas between its values, as in the whole head",
        arguments: ["content-type", "Set-Cookie", "x-empty", "x-absent", "x-fol"]
    )
    func oneField(name: String) throws {
        let name = try #require(HTTPField.Name(name))
        let collector = Collecting(maxBodyBytes: 10)
        let lines = ["Content-Type: text/plain ", "set-cookie: a", "X-Empty:", "SET-COOKIE: b", "x-fol: 1", "x-fo:l"]
        #expect(collector.receive("HTTP/1.1 200 OK\r\n", "x-absen: 1\r\n"))
        for line in lines + [""] { #expect(collector.receive(line + "\r\n")) }
        let response = try #require(collector.response())
        #expect(response[name] == response.head.headerFields[name])
    }

    @Test("A head without its empty line is no response")
    func headCutShort() {
        let collector = Collecting(maxBodyBytes: 10)
        #expect(collector.receive("HTTP/1.1 200 OK\r\n", "A: b\r\n"))
        #expect(collector.response() == nil)
    }

    @Test(
        "A malformed status line ends the transfer",
        arguments: ["HTTP/1.1\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 2000 OK\r\n", "ICY 200 OK 123\r\n", "A: b\r\n"]
    )
    func malformedStatusLine(line: String) {
        let collector = Collecting(maxBodyBytes: 10)
        #expect(!collector.receive(line))
        #expect(collector.failure == .malformedStatusLine)
    }

    @Test("The body may be as large as the limit and no larger, whatever length was declared")
    func bodyLimit() {
        let collector = Collecting(maxBodyBytes: 4)
        #expect(collector.receive("HTTP/1.1 200 OK\r\n", "Content-Length: 9223372036854775807\r\n", "\r\n"))
        #expect(collector.receive(body: "abcd"))
        #expect(collector.response()?.body == Array("abcd".utf8))
        #expect(!collector.receive(body: "e"))
        #expect(collector.failure == .bodyTooLarge)
        #expect(collector.response() == nil)
    }

    @Test("An endless head ends the transfer, also over many informational responses")
    func headLimit() {
        let collector = Collecting(maxBodyBytes: 4)
        var lines = 0
        while collector.receive("HTTP/1.1 100 Continue\r\n", "a:\r\n", "\r\n"), lines < 100_000 { lines += 1 }
        #expect(collector.failure == .headTooLarge)
    }
}

/// A collector fed with text; a class, because `#expect` cannot call what mutates.
private final class Collecting {
    private var collector: ResponseCollector

    init(maxBodyBytes: Int) {
        collector = ResponseCollector(maxBodyBytes: maxBodyBytes)
    }

    var failure: ResponseCollector.Failure? { collector.failure }

    func response() -> TransportResponse? { collector.response() }

    func receive(_ lines: String...) -> Bool {
        lines.allSatisfy { Array($0.utf8).withUnsafeBufferPointer { collector.receive(headerLine: $0) } }
    }

    func receive(body: String) -> Bool {
        Array(body.utf8).withUnsafeBufferPointer { collector.receive(bodyChunk: $0) }
    }
}
