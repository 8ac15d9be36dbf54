import HTTPTypes
import JobsysServiceTestKit
import Testing

@testable import JobsysAPI

@Suite("Web pages of other origins", .timeLimit(.minutes(1)))
struct CrossOriginTests {
    private static let page = "https://app.example.com"
    private static let lists = ["", page, "http://localhost:3000,\(page)"]

    /// What an answer lets a page do.
    private struct Grant: Equatable {
        var origin: String?
        var vary: String?
        var exposed: String?

        init(_ origin: String?, vary: String?) {
            self.origin = origin
            self.vary = vary
            exposed =
                origin == nil
                ? nil
                : "Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Jobsys-Warning, WWW-Authenticate, "
                    + "Allow, Accept"
        }

        init(_ answer: Answer) {
            origin = answer.headers[.accessControlAllowOrigin]
            vary = answer.headers[.vary]
            exposed = answer.headers[.accessControlExposeHeaders]
            #expect(!answer.headers.contains(.accessControlAllowCredentials))
        }
    }

    private func api(_ list: String) throws -> APIFixture {
        var api = APIFixture.asking()
        api.options.origins = try list.isEmpty ? .none : #require(AllowedOrigins(list))
        return api
    }

    @Test(
        "may read an answer, a refusal too, if their origin is listed, and no others may",
        arguments: [
            (HTTPRequest.Method.get, "/healthz", 200), (.head, "/healthz", 200), (.get, "/jobs", 401),
            (.get, "/nowhere", 404), (.put, "/jobs", 405), (.options, "/jobs", 405), (.post, "/jobs:batch", 401),
        ],
        [
            nil, page, "http://localhost:3000", "\(page):443", "\(page)/", "http://app.example.com", "null", "*",
            "https://APP.example.com", "https://evil.app.example.com", "https://app.example.com.evil",
        ]
    )
    func answers(request: (method: HTTPRequest.Method, path: String, status: Int), origin: String?) async throws {
        for list in Self.lists {
            var headers = HTTPFields()
            headers[.origin] = origin
            let answer = try await api(list).answer(request.method, request.path, headers: headers)
            #expect(answer.status == request.status)
            let isListed = origin.map { list.split(separator: ",").map(String.init).contains($0) } == true
            #expect(Grant(answer) == Grant(isListed ? origin : nil, vary: list.isEmpty ? nil : "Origin"))
        }
    }

    @Test(
        "hear before they show a credential what they may send",
        arguments: ["/jobs", "/jobs/{id}", "/keys", "/healthz"]
    )
    func preflight(path: String) async throws {
        let answer = try await api(Self.page)
            .answer(.options, path, headers: [.origin: Self.page, .accessControlRequestMethod: "POST"])
        #expect(answer.status == 204 && answer.text.isEmpty)
        #expect(Grant(answer) == Grant(Self.page, vary: "Origin"))
        let methods = ["/jobs": "POST, GET, HEAD", "/keys": "GET, HEAD, POST"][path] ?? "GET, HEAD"
        #expect(answer.headers[.accessControlAllowMethods] == methods)
        #expect(
            answer.headers[.accessControlAllowHeaders] == "Authorization, Content-Type, Idempotency-Key, X-Request-Id, "
                + "traceparent, tracestate, X-Amzn-Trace-Id"
        )
        #expect(answer.headers[.accessControlMaxAge] == "7200")
        #expect(answer.headers[.xRequestID] == "made-here")
    }

    @Test(
        "hear nothing of it if their origin is not listed, or there is nothing at the path",
        arguments: [
            ("", page, "/jobs", 405), (page, "https://evil.example.com", "/jobs", 405), (page, nil, "/jobs", 405),
            (page, page, "/nowhere", 404),
        ]
    )
    func noPreflight(list: String, origin: String?, path: String, status: Int) async throws {
        var headers: HTTPFields = [.accessControlRequestMethod: "POST"]
        headers[.origin] = origin
        let answer = try await api(list).answer(.options, path, headers: headers)
        #expect(answer.status == status)
        #expect(!answer.headers.contains(.accessControlAllowMethods))
        #expect(!answer.headers.contains(.accessControlAllowHeaders))
        #expect(answer.headers[.accessControlAllowOrigin] == (origin == list ? origin : nil))
    }

    @Test("may use an API that is open to everybody, whatever their origin")
    func everybody() async throws {
        let open = try api("*")
        for origin in [Self.page, "null"] {
            let answer = try await open.answer(.get, "/healthz", headers: [.origin: origin])
            #expect(Grant(answer) == Grant("*", vary: nil))
        }
        #expect(Grant(try await open.answer(.get, "/healthz")) == Grant(nil, vary: nil))
    }

    @Test("may read why their request broke a rule of HTTP", arguments: [page, "https://evil.example.com"])
    func broken(origin: String) async throws {
        let text = "GET /jobs HTTP/1.1\r\nOrigin: \(origin)\r\nHost: a\r\nHost: b\r\n\r\n"
        let answer = try await api(Self.page).say([text])
        #expect(answer.status == 400)
        #expect(answer.header("Access-Control-Allow-Origin") == (origin == Self.page ? origin : nil))
        #expect(answer.header("Vary") == "Origin")
    }

    @Test("get an answer to a preflight that has no length (RFC 9110, section 8.6)")
    func wire() async throws {
        let text = """
            OPTIONS /jobs HTTP/1.1\r\nHost: x\r\nOrigin: \(Self.page)\r\nAccess-Control-Request-Method: POST\r\n\
            Connection: close\r\n\r\n
            """
        let answer = try await api(Self.page).say([text])
        #expect(answer.status == 204)
        #expect(answer.header("Content-Length") == nil && answer.header("Transfer-Encoding") == nil)
    }

    @Test(
        "are listed as browsers write origins",
        arguments: [
            "https://a.example", "http://localhost:3000", "http://127.0.0.1:8080", "https://[::1]:8443",
            "https://a.example, https://b.example", "https://xn--bcher-kva.example", "*",
        ]
    )
    func wellFormed(list: String) {
        #expect(AllowedOrigins(list) != nil)
    }

    @Test(
        "are not listed in any other way",
        arguments: [
            "https://a.example/", "https://a.example/x", "https://a.example?x", "https://a.example#x", "a.example",
            "//a",
            "https://*.example", "https://*", "*.example", "*,https://a.example", "https://a.example,", ",", "null",
            "HTTPS://a.example", "https://A.example", "https://a.example:443", "http://a.example:80",
            "https://a.example:",
            "https://a.example:x", "https://a.example:99999", "https://u@a.example", "ftp://a.example", "https://",
            "https://a b.example", "https://bücher.example", "https://a.example https://b.example", "https://a%2eb",
        ]
    )
    func malformed(list: String) {
        #expect(AllowedOrigins(list) == nil)
    }
}
