import HTTPTypes
import InMemoryLogging
import JobsysCore
import JobsysJSON
import JobsysServiceTestKit
import JobsysTestKit
import Logging
import Testing

/// A request that breaks a rule of HTTP, and how it is answered.
struct BrokenRequest: Sendable, CustomTestStringConvertible {
    /// The rule, and where it stands.
    let testDescription: String
    let text: String
    let status: Int
    let title: String
    let detail: String

    init(_ rule: String, _ text: String, _ status: Int, _ title: String, _ detail: String) {
        testDescription = rule
        self.text = text
        self.status = status
        self.title = title
        self.detail = detail
    }

    private static let oneHost = "A request must have one Host header (RFC 9112, section 3.2)."
    private static let badHost = "The Host header must be a host name or an address, with or without a port."
    private static let coding = "The only transfer coding that this service knows is chunked."
    private static let framing = "The request is not framed as HTTP wants it."
    private static let header = "The header is too long: a field may have 16384 bytes, all fields 32768, in 100 lines."
    private static let target = "The request target is longer than the limit of 16384 bytes."
    private static let post = "POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

    static let all: [BrokenRequest] = [
        .init("no Host: RFC 9112, 3.2", "GET /healthz HTTP/1.1\r\n\r\n", 400, "Bad Request", oneHost),
        .init(
            "two Hosts: RFC 9112, 3.2",
            "GET /healthz HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
            400,
            "Bad Request",
            oneHost
        ),
        .init(
            "Host with an invalid value: RFC 9112, 3.2",
            "GET /healthz HTTP/1.1\r\nHost: user@x\r\n\r\n",
            400,
            "Bad Request",
            badHost
        ),
        .init(
            "Host with an invalid port: RFC 9112, 3.2",
            "GET /healthz HTTP/1.1\r\nHost: x:http\r\n\r\n",
            400,
            "Bad Request",
            badHost
        ),
        .init(
            "unknown transfer coding: RFC 9112, 6.1",
            post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            501,
            "Not Implemented",
            coding
        ),
        .init(
            "unknown transfer coding in a field of its own: RFC 9112, 6.1",
            post + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            501,
            "Not Implemented",
            coding
        ),
        .init(
            "chunked is not the last coding: RFC 9112, 6.3",
            post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
            400,
            "Bad Request",
            framing
        ),
        .init(
            "chunked twice: RFC 9112, 6.1",
            post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
            400,
            "Bad Request",
            framing
        ),
        .init(
            "transfer coding in HTTP/1.0: RFC 9112, 6.1",
            "POST /jobs HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "Bad Request",
            framing
        ),
        .init(
            "two lengths: RFC 9112, 6.3",
            post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
            400,
            "Bad Request",
            framing
        ),
        .init(
            "a length that is no number: RFC 9112, 6.3",
            post + "Content-Length: x\r\n\r\n{}",
            400,
            "Bad Request",
            framing
        ),
        .init(
            "a length beside a transfer coding: RFC 9112, 6.1",
            post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "Bad Request",
            framing
        ),
        .init("no request line: RFC 9112, 3", "hello\r\n\r\n", 400, "Bad Request", framing),
        .init(
            "space before the colon: RFC 9112, 5.1",
            "GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n",
            400,
            "Bad Request",
            framing
        ),
        .init(
            "other major version: RFC 9110, 15.6.6",
            "GET /healthz HTTP/3.0\r\nHost: x\r\n\r\n",
            505,
            "HTTP Version Not Supported",
            "This service speaks HTTP/1.1 and HTTP/1.0."
        ),
        .init(
            "long field: RFC 6585, 5",
            "GET /healthz HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "x", count: 17_000))\r\n\r\n",
            431,
            "Request Header Fields Too Large",
            header
        ),
        .init(
            "many fields: RFC 6585, 5",
            "GET /healthz HTTP/1.1\r\nHost: x\r\n\(String(repeating: "X: y\r\n", count: 101))\r\n",
            431,
            "Request Header Fields Too Large",
            header
        ),
        .init(
            "fields that are long together: RFC 6585, 5",
            "GET /healthz HTTP/1.1\r\nHost: x\r\n"
                + String(repeating: "X: \(String(repeating: "y", count: 9000))\r\n", count: 4) + "\r\n",
            431,
            "Request Header Fields Too Large",
            header
        ),
        .init(
            "very long field: RFC 6585, 5",
            "GET /healthz HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "x", count: 400_000))\r\n\r\n",
            431,
            "Request Header Fields Too Large",
            header
        ),
        .init(
            "long target: RFC 9110, 15.5.15",
            "GET /\(String(repeating: "x", count: 20_000)) HTTP/1.1\r\nHost: x\r\n\r\n",
            414,
            "URI Too Long",
            target
        ),
        .init(
            "very long target: RFC 9112, 3",
            "GET /\(String(repeating: "x", count: 400_000)) HTTP/1.1\r\nHost: x\r\n\r\n",
            414,
            "URI Too Long",
            target
        ),
    ]
}

@Suite("HTTP's rules", .timeLimit(.minutes(1)))
struct ProtocolTests {
    @Test(
        "What breaks a rule of HTTP is answered with a problem, and ends the connection",
        arguments: BrokenRequest.all
    )
    func broken(request: BrokenRequest) async throws {
        let api = APIFixture()
        let answer = try await api.say([request.text])
        #expect(answer.status == request.status)
        #expect(answer.json == problem(request.status, request.title, request.detail))
        #expect(answer.header("X-Request-Id") == "made-here")
        #expect(answer.header("Content-Type") == "application/problem+json")
        #expect(answer.header("Cache-Control") == "no-store")
        #expect(answer.header("X-Content-Type-Options") == "nosniff")
        #expect(answer.connection == "close")
        #expect(api.store.jobs.isEmpty)
        let line = try #require(api.logs.entries.last { $0.message == "request" })
        #expect(line.level == .info)
        #expect(line.metadata["requestId"] == "made-here")
        #expect(line.metadata["http.status"] == "\(request.status)")
    }

    @Test("An answer to a broken request bears the client's own id, and waits for those before it")
    func order() async throws {
        let good = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        let answer = try await APIFixture()
            .say([good + good + "GET /jobs HTTP/1.1\r\nX-Request-Id: mine\r\n\r\n" + good])
        #expect(answer.statuses == [200, 200, 400])
        #expect(answer.text.contains(#""requestId":"mine""#))
    }

    @Test("A broken HEAD is answered without a body (RFC 9110, section 9.3.2)")
    func head() async throws {
        let answer = try await APIFixture().say(["HEAD /healthz HTTP/1.1\r\n\r\n"])
        #expect(answer.status == 400)
        #expect(answer.header("X-Request-Id") == "made-here")
        #expect(answer.text.hasSuffix("\r\n\r\n"))
    }

    @Test(
        "What HTTP allows is answered",
        arguments: [
            // RFC 9112, 3.2: only HTTP/1.1 must have a Host.
            "GET /healthz HTTP/1.0\r\n\r\n",
            // RFC 9112, 3.2: a target without authority has an empty Host.
            "GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: jobs_api.default.svc:80\r\nConnection: close\r\n\r\n",
            // RFC 9112, 3.2.2: the absolute form must be accepted.
            "GET http://x/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            // RFC 9110, 5.6.1: empty elements of lists are ignored, and names of codings have no case (RFC 9112, 7).
            "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: , Chunked\r\n\r\n0\r\n\r\n",
        ]
    )
    func allowed(request: String) async throws {
        #expect(try await APIFixture().say([request], finish: true).status == 200)
    }

    @Test(
        "Unreserved characters mean the same with and without percent-encoding (RFC 3986, section 6.2.2.2)",
        arguments: [
            ("/jobs/\(APIFixture.jobID.replacing("-", with: "%2D"))", 200),
            ("/jobs/\(APIFixture.jobID.replacing("-", with: "%2d"))", 200),
            ("/%6Aobs/\(APIFixture.jobID)?%77ait=0", 200), ("/jobs?%6Cimit=1", 200),
            ("/jobs%2F\(APIFixture.jobID)", 404),
            ("/jobs/%", 404), ("/jobs/%zz", 404),
        ]
    )
    func unreserved(path: String, status: Int) async throws {
        let api = APIFixture()
        #expect(try await api.submit(#"{"type":"transform","payload":1}"#).status == 202)
        #expect(try await api.answer(.get, path).status == status)
    }
}
