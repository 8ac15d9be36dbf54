import HTTPTypes
import JobsysHTTP
import Testing

/// The judges are RFC 3986, and RFC 9110 and 7617 for what becomes of a URL in a request.
@Suite struct HTTPURLTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var text: String
        var origin: String
        var target = "/"
        var authorization: String?
        var testDescription: String { text }
    }

    @Test(
        "A URL becomes a request without losing or making up anything",
        arguments: [
            Example(text: "http://host", origin: "http://host"),
            Example(text: "HTTPS://Host.Example/", origin: "https://host.example"),
            Example(text: "http://host:80/a", origin: "http://host", target: "/a"),
            Example(text: "https://host:80/a", origin: "https://host:80", target: "/a"),
            Example(text: "https://host:443?", origin: "https://host", target: "/?"),
            Example(text: "http://host.:8080/a//b/../c/", origin: "http://host.:8080", target: "/a//b/../c/"),
            Example(text: "http://my_service:1?a=b&c=/?", origin: "http://my_service:1", target: "/?a=b&c=/?"),
            Example(text: "http://[::1]:9500/b", origin: "http://[::1]:9500", target: "/b"),
            Example(text: "http://[FD00:EC2::23]", origin: "http://[fd00:ec2::23]"),
            Example(text: "http://[::ffff:127.0.0.1]/", origin: "http://[::ffff:127.0.0.1]"),
            Example(
                text: "http://h/a%20b;c=1,2!$'()*+@:~?q[]=%5B",
                origin: "http://h",
                target: "/a%20b;c=1,2!$'()*+@:~?q[]=%5B"
            ),
            Example(text: "http://h/a?b#c?d", origin: "http://h", target: "/a?b"),
            Example(text: "http://h#c/d", origin: "http://h"),
            Example(
                text: "http://user:pa%20ss@h/x@y",
                origin: "http://h",
                target: "/x@y",
                authorization: "Basic dXNlcjpwYSBzcw=="
            ),
            Example(text: "http://%C3%BC@h", origin: "http://h", authorization: "Basic w7w6"),
            Example(text: "http://u:@h:1", origin: "http://h:1", authorization: "Basic dTo="),
            Example(text: "http://u:p@ss@h", origin: "http://h", authorization: "Basic dTpwQHNz"),
            Example(text: "http://:p%3Aw@h", origin: "http://h", authorization: "Basic OnA6dw=="),
            Example(text: "http://@h", origin: "http://h"),
        ]
    )
    func request(_ example: Example) throws {
        let url = try #require(HTTPURL(example.text))
        let request = url.request(.post, headerFields: [.accept: "x"])
        #expect(request.method == .post)
        #expect("\(request.scheme ?? "")://\(request.authority ?? "")" == example.origin)
        #expect(url.origin == example.origin)
        #expect(request.path == example.target)
        #expect(request.headerFields[.accept] == "x")
        #expect(request.headerFields[.authorization] == example.authorization)
    }

    @Test(
        "What is no http or https URL, or has something bare that must be encoded, is refused",
        arguments: [
            "", "host", "host:80", "//host/", "ftp://host", "http:/host", "http://", "http:///a", "http://?q",
            "http://:80",
            "http://h:", "http://h:0", "http://h:65536", "http://h:+1", "http://h:1a", "http://h:1:2", "http://[::1",
            "http://::1/", "http://[::1]a", "http://[127.0.0.1]", "http://[fe80::1%25eth0]", "http://[v1.x]",
            "http://h h",
            "http://h/a b", "http://h/\u{fc}", "http://\u{fc}/", "http://h\\@g", "http://h/\\", "http://h/%",
            "http://h/%2",
            "http://h/%zz", "http://h?%+1", "http://h/<>", "http://h/{id}", "http://h?a|b", "http://h/#a#b",
            "http://%41/",
            "http://u%zz@h", "http://u%+1@h", "http://u%00@h", "http://u%0D%0A@h", "http://%FF@h", "http://u%3Av:p@h",
            " http://h", "http://h\n",
        ]
    )
    func refused(text: String) {
        #expect(HTTPURL(text) == nil)
    }

    @Test("Its parts are those of the text")
    func parts() throws {
        let url = try #require(HTTPURL("http://u:p@[::1]/a?b#c"))
        #expect(url.scheme == "http")
        #expect(url.host == "::1")
        #expect(url.port == 80)
        #expect(url.authority == "[::1]")
        #expect([url.user, url.password, url.query, url.fragment] == ["u", "p", "b", "c"])
        #expect(url.path == "/a")
        let bare = try #require(HTTPURL("https://h"))
        #expect([bare.user, bare.password, bare.query, bare.fragment] == [nil, nil, nil, nil])
        #expect(bare.path == "")
        #expect(bare.port == 443)
    }

    @Test("A path may follow its own, and another query replace its own")
    func appending() throws {
        let url = try #require(HTTPURL("http://h/a/?b=c"))
        #expect(url.appending(path: "/d").target == "/a/d?b=c")
        #expect(url.appending(path: "/d", query: "e=f").target == "/a/d?e=f")
        #expect(HTTPURL("http://h")?.appending(path: "/d/").target == "/d/")
    }

    @Test("No text of it shows user and password, and a caller's own credentials go before them")
    func secrets() throws {
        let url = try #require(HTTPURL("http://user:secret@h/a?b"))
        var dumped = ""
        dump(url, to: &dumped)
        for text in ["\(url)", String(reflecting: url), dumped] {
            #expect(text.contains("http://h/a?b"))
            #expect(!text.contains("user") && !text.contains("secret"))
        }
        let request = url.request(.get, headerFields: [.authorization: "Bearer x"])
        #expect(request.headerFields[.authorization] == "Bearer x")
    }
}
