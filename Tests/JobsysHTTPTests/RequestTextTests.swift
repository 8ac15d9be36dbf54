import HTTPTypes
import Testing

@testable import JobsysHTTP

@Suite struct RequestTextTests {
    @Test("The text holds URL, target, method and every header line as curl wants them")
    func whole() throws {
        var request = HTTPRequest(method: .post, scheme: "https", authority: "a.example:8443", path: "/x/../y?q=%2f")
        request.headerFields = [.contentType: "text/plain", .accept: "*/*"]
        request.headerFields.append(HTTPField(name: try #require(HTTPField.Name("X-Empty")), value: ""))
        let text = try RequestText(request, bodyCount: 3)
        #expect(text.string(at: text.urlOffset) == "https://a.example:8443/")
        #expect(text.string(at: text.targetOffset) == "/x/../y?q=%2f")
        #expect(text.string(at: text.methodOffset) == "POST")
        #expect(
            text.headerOffsets.map { text.string(at: $0) } == [
                "Host: a.example:8443", "Content-Type: text/plain", "Accept: */*", "X-Empty;",
                "Accept-Encoding: identity",
            ]
        )
    }

    @Test("curl's own Accept and Content-Type are suppressed where the caller has none")
    func suppression() throws {
        let request = HTTPRequest(method: .get, scheme: "http", authority: "a", path: "/")
        let text = try RequestText(request, bodyCount: 0)
        #expect(
            text.headerOffsets.map { text.string(at: $0) } == [
                "Host: a", "Accept-Encoding: identity", "Accept:", "Content-Type:",
            ]
        )
    }

    @Test("curl's own Expect is suppressed where the body is large enough for one", arguments: [1024, 1025])
    func expect(bodyCount: Int) throws {
        let request = HTTPRequest(method: .post, scheme: "http", authority: "a", path: "/")
        let text = try RequestText(request, bodyCount: bodyCount)
        #expect(text.headerOffsets.map { text.string(at: $0) }.contains("Expect:") == (bodyCount > 1024))
    }

    @Test("The target for a forwarding proxy is the whole URL, and the caller's Accept-Encoding stands")
    func forwarded() throws {
        let headers: HTTPFields = [.acceptEncoding: "gzip"]
        let request = HTTPRequest(method: .get, scheme: "http", authority: "a:81", path: "/b", headerFields: headers)
        let text = try RequestText(request, bodyCount: 0, targetIsAbsolute: true)
        #expect(text.string(at: text.targetOffset) == "http://a:81/b")
        #expect(text.headerOffsets.map { text.string(at: $0) }.contains("Accept-Encoding: gzip"))
        #expect(!text.headerOffsets.map { text.string(at: $0) }.contains("Accept-Encoding: identity"))
    }

    @Test(
        "A target that is not plain ASCII from a slash on is refused",
        arguments: ["", "x", "*", "/a b", "/a\r\nX: 1", "/\u{0}x", "/#f", "/ü", "/\u{7F}x"]
    )
    func illegalTarget(path: String) {
        let request = HTTPRequest(method: .get, scheme: "http", authority: "a", path: path)
        #expect(refusal { try RequestText(request, bodyCount: 0) } == .invalidRequest)
    }

    @Test(
        "An authority that is not host or host:port is refused",
        arguments: ["", "user@a", "a/b", "a?b", "a#b", "a b", "a\r\nX: 1", "ä"]
    )
    func illegalAuthority(authority: String) {
        let request = HTTPRequest(method: .get, scheme: "http", authority: authority, path: "/")
        #expect(refusal { try RequestText(request, bodyCount: 0) } == .invalidRequest)
    }

    @Test("A scheme other than http and https is refused", arguments: [nil, "", "ftp", "file", "HTTP"])
    func illegalScheme(scheme: String?) {
        let request = HTTPRequest(method: .get, scheme: scheme, authority: "a", path: "/")
        #expect(refusal { try RequestText(request, bodyCount: 0) } == .invalidRequest)
    }

    @Test(
        "Fields that contradict the message or are the transport's are refused",
        arguments: [
            ("Host", "b"), ("Content-Length", "4"), ("Transfer-Encoding", "chunked"), ("Expect", "100-continue"),
            ("Connection", "close"), ("Upgrade", "h2c"), ("TE", "trailers"), ("Trailer", "X"), ("Keep-Alive", "1"),
        ]
    )
    func illegalField(name: String, value: String) throws {
        var request = HTTPRequest(method: .post, scheme: "http", authority: "a", path: "/")
        request.headerFields[try #require(HTTPField.Name(name))] = value
        #expect(refusal { try RequestText(request, bodyCount: 3) } == .invalidRequest)
    }

    @Test("Host and Content-Length that say the truth are accepted, and Host is sent once")
    func redundantFields() throws {
        var request = HTTPRequest(method: .put, scheme: "http", authority: "a", path: "/")
        request.headerFields[try #require(HTTPField.Name("Host"))] = "a"
        request.headerFields[.contentLength] = "3"
        let lines = try RequestText(request, bodyCount: 3)
        #expect(
            lines.headerOffsets.map { lines.string(at: $0) } == [
                "Host: a", "Content-Length: 3", "Accept-Encoding: identity", "Accept:", "Content-Type:",
            ]
        )
    }

    @Test("A HEAD request with a body is refused")
    func headWithBody() {
        let request = HTTPRequest(method: .head, scheme: "http", authority: "a", path: "/")
        #expect(refusal { try RequestText(request, bodyCount: 1) } == .invalidRequest)
    }

    @Test(
        "Timeouts are whole milliseconds, rounded up, at least one",
        arguments: [
            (Duration.seconds(2), 2000), (.milliseconds(1), 1), (.microseconds(1), 1), (.microseconds(1001), 2),
            (.zero, 1), (.seconds(-5), 1), (.seconds(Int64.max), Int(Int32.max)),
        ]
    )
    func timeouts(duration: Duration, milliseconds: Int) {
        #expect(duration.curlMilliseconds == milliseconds)
    }

    private func refusal(_ body: () throws -> RequestText) -> TransportError.Code? {
        #expect(throws: TransportError.self) { _ = try body() }?.code
    }
}

extension RequestText {
    fileprivate func string(at offset: Int) -> String {
        String(decoding: bytes[offset...].prefix { $0 != 0 }, as: UTF8.self)
    }
}
