import JobsysClient
import JobsysHTTP
import JobsysJSON
import Synchronization
import Testing

@testable import jobctl

@Suite("A client of the service", .timeLimit(.minutes(1)))
struct APIClientTests {
    private func client(_ service: ScriptedService, url: String = "https://jobs.local/api/") throws -> APIClient {
        APIClient(url: try #require(ServiceURL(argument: url)), transport: service, patience: .zero)
    }

    @Test("sends what it is given, encoded, below the path of the service")
    func requests() async throws {
        let service = ScriptedService { _ in (200, #"{"ok":true}"#) }
        let client = try client(service)
        let answer = try await client.get(["jobs", "a/ü"], query: [("wait", "2 0"), ("x", nil), ("type", "a&b")])
        #expect(answer == ["ok": true])
        _ = try await client.post(["jobs", "x", "redrive"], ["payload": nil])
        _ = try await client.post(["jobs", "x", "cancel"])
        _ = try await client.post(["jobs:batch"], json: Array("[1]".utf8))
        #expect(
            service.exchanges == [
                .init(line: "GET /api/jobs/a%2F%C3%BC?wait=2%200&type=a%26b", body: ""),
                .init(line: "POST /api/jobs/x/redrive", body: #"{"payload":null}"#),
                .init(line: "POST /api/jobs/x/cancel", body: ""),
                .init(line: "POST /api/jobs:batch", body: "[1]"),
            ]
        )
    }

    @Test("walks a list from cursor to cursor, also over parts that are empty, until it has enough")
    func walk() async throws {
        let service = ScriptedService { line in
            switch line {
            case "GET /jobs?status=PENDING&limit=100": (200, #"{"jobs":[{"n":1},{"n":2}],"nextCursor":"a"}"#)
            case "GET /jobs?status=PENDING&limit=100&cursor=a": (200, #"{"jobs":[],"nextCursor":"b"}"#)
            default: (200, #"{"jobs":[{"n":3},{"n":4}]}"#)
            }
        }
        let client = try client(service, url: "http://jobs.local")
        var numbers: [Int] = []
        var rests: [String] = []
        try await client.walk("jobs", query: [("status", "PENDING")]) { element, rest in
            rests.append("\(rest)")
            numbers.append(element["n"]?.intValue ?? 0)
            return true
        }
        #expect(numbers == [1, 2, 3, 4])
        #expect(rests == ["1 or more", "0 or more", "1", "0"])
        #expect(service.lines.last == "GET /jobs?status=PENDING&limit=100&cursor=b")
        numbers = []
        try await client.walk("jobs", query: [], limit: 3) { numbers.append($0["n"]?.intValue ?? 0) }
        #expect(numbers == [3, 4])
        #expect(service.lines.last == "GET /jobs?limit=3")
    }

    @Test(
        "says what the service refused, with every member that is wrong, and nothing that a terminal would obey",
        arguments: [
            (
                409, #"{"detail":"The job is \u001b[31mRUNNING.","requestId":"r-1"}"#,
                "409: The job is  [31mRUNNING. (request r-1)"
            ),
            (
                422, #"{"detail":"Wrong.","requestId":"r-1","errors":[{"pointer":"/a","message":"is odd"}]}"#,
                "422: Wrong. (request r-1)\n  /a: is odd"
            ),
            (502, "<html>", "https://jobs.local answers 502 without a document that svc-api would send; is it one?"),
            (200, "<html>", "https://jobs.local answers 200 without a document that svc-api would send; is it one?"),
            (301, "{}", "https://jobs.local answers 301 without a document that svc-api would send; is it one?"),
        ]
    )
    func refusals(status: Int, body: String, message: String) async throws {
        let service = ScriptedService { _ in (status, body) }
        let failure = try await #require(throws: APIFailure.self) { try await client(service).get(["jobs"]) }
        #expect(failure.description == message)
        #expect(failure.isAboutTheJob == (status == 409))
    }

    @Test(
        "takes a URL of http or https",
        arguments: [
            ("http://127.0.0.1:8080", ["http", "127.0.0.1:8080", ""]),
            ("HTTPS://[::1]:80//", ["https", "[::1]:80", ""]),
            ("https://host/a/b/", ["https", "host", "/a/b"]),
        ]
    )
    func url(text: String, parts: [String]) throws {
        let url = try #require(ServiceURL(argument: text))
        #expect([url.scheme, url.authority, url.prefix] == parts)
    }

    @Test(
        "takes no other URL",
        arguments: [
            "", "host:80", "ftp://host", "http://", "http:///x", "http://u@h", "http://h?a", "http://h#a", "http://h x",
        ]
    )
    func noURL(text: String) {
        #expect(ServiceURL(argument: text) == nil)
    }
}
