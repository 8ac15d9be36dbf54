import HTTPTypes
import JobsysJSON
import Testing

@Suite("The API's HTTP", .endToEnd, .deployment(.api), .timeLimit(.minutes(15)))
struct HTTPContractTests {
    @Test("A bad body is refused with every member that is wrong")
    func namesAllProblems() async throws {
        let client = try await Deployment.current.client
        let answer = try await client.send(
            .post,
            "/jobs",
            headers: [.contentType: "application/json"],
            body: #"{"type":42,"maxAttempts":"many","colour":"red","a/b~c":1}"#
        )
        let problem = try problem(answer, 422, "Unprocessable Content")
        let errors = try #require(problem["errors"]?.arrayValue)
        let pointers = errors.compactMap { $0["pointer"]?.stringValue }
        #expect(pointers.sorted() == ["/a~1b~0c", "/colour", "/maxAttempts", "/payload", "/type"])
        #expect(errors.allSatisfy { $0["message"]?.stringValue?.isEmpty == false && $0.objectValue?.count == 2 })
    }

    @Test(
        "What is no JSON object is malformed",
        arguments: ["", #"{"type":"#, "[1]", #"{"type":"a","type":"b"}"#, "{} {}", "\u{feff}{}"]
    )
    func malformed(_ body: String) async throws {
        let client = try await Deployment.current.client
        let answer = try await client.send(.post, "/jobs", headers: [.contentType: "application/json"], body: body)
        #expect(try problem(answer, 400, "Bad Request")["errors"] == nil)
    }

    @Test(
        "What does not exist is not found",
        arguments: [
            "/", "/nothing", "/jobs/019a0000-0000-7000-8000-000000000000", "/jobs/42", "/jobs/a%2Fb", "/jobs/42/x",
        ]
    )
    func notFound(_ path: String) async throws {
        let client = try await Deployment.current.client
        _ = try problem(try await client.get(path), 404, "Not Found")
    }

    @Test(
        "A wrong method is answered with the right ones",
        arguments: [
            ("PUT", "/jobs", "POST, GET, HEAD"), ("DELETE", "/jobs/42", "GET, HEAD"), ("POST", "/healthz", "GET, HEAD"),
            ("PATCH", "/readyz", "GET, HEAD"),
        ]
    )
    func methodNotAllowed(_ method: String, _ path: String, allowed: String) async throws {
        let client = try await Deployment.current.client
        let answer = try await client.send(try #require(HTTPRequest.Method(method)), path)
        _ = try problem(answer, 405, "Method Not Allowed")
        #expect(answer.headers[.allow] == allowed)
    }

    @Test(
        "A body of another media type is refused",
        arguments: ["text/plain", "application/xml", "application/jsonp", nil]
    )
    func mediaType(_ type: String?) async throws {
        let client = try await Deployment.current.client
        let headers: HTTPFields = type.map { [.contentType: $0] } ?? [:]
        let answer = try await client.send(
            .post,
            "/jobs",
            headers: headers,
            body: #"{"type":"transform","payload":{}}"#
        )
        _ = try problem(answer, 415, "Unsupported Media Type")
    }

    @Test(
        "A sane request id is kept, any other is replaced, and it is always answered",
        arguments: [
            ("my-request.42_A", true), (String(repeating: "x", count: 128), true),
            (String(repeating: "x", count: 129), false),
            ("two words", false), ("päng", false), (#"{"a":1}"#, false),
        ]
    )
    func requestID(_ id: String, isKept: Bool) async throws {
        let client = try await Deployment.current.client
        for path in ["/healthz", "/jobs/42"] {
            let answer = try await client.send(.get, path, headers: [.requestID: id])
            let answered = try #require(answer.headers[.requestID])
            #expect(isKept ? answered == id : answered.wholeMatch(of: /[0-9a-f-]{36}/) != nil, "\(answered)")
        }
        let answers = [try await client.get("/healthz"), try await client.get("/healthz")]
        #expect(Set(answers.map { $0.headers[.requestID] }).count == 2)
    }

    @Test("10 MB of body are refused without being taken into memory", arguments: [false, true])
    func bodyTooLong(chunked: Bool) async throws {
        let service = try Deployment.current.running(.api)
        let client = try await service.client()
        _ = try await client.submit("transform", ["text": .string(String(repeating: "x", count: 200_000))])
        let before = try service.residentMemory()
        try service.resetPeakMemory()

        let length = 10 * 1024 * 1024
        let framing = chunked ? "Transfer-Encoding: chunked" : "Content-Length: \(length)"
        let head = "POST /jobs HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n\(framing)\r\n\r\n"
        let spaces = [UInt8](repeating: UInt8(ascii: " "), count: 65536)
        let piece = chunked ? Array("10000\r\n".utf8) + spaces + Array("\r\n".utf8) : spaces
        let outcome = try await RawConnection(authority: client.authority)
            .send(
                head,
                piece: piece,
                times: length / spaces.count,
                end: chunked ? "0\r\n\r\n" : ""
            )

        #expect(outcome.received.hasPrefix("HTTP/1.1 413 "), "\(outcome)")
        #expect(outcome.received.contains("application/problem+json"))
        #expect(outcome.received.contains(#""status":413"#))
        #expect(outcome.sent < length)
        let growth = try service.peakMemory() - before
        print(
            "10 MB \(chunked ? "in chunks" : "announced"): \(outcome.sent) bytes taken, memory grew by \(growth / 1024) KiB"
        )
        // What is read before the refusal, 2 MiB at most, and the buffers that grow to it.
        #expect(growth < 8_000_000)
        #expect(try await client.get("/healthz").status == 200)
    }

    /// The problem that an answer must be; its request id is the answer's.
    private func problem(_ answer: Answer, _ status: Int, _ title: String) throws -> JSONValue {
        let problem = try answer.json(status: status)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(try problem.text("requestId") == answer.headers[.requestID])
        #expect(try !problem.text("detail").isEmpty)
        #expect(
            problem.removing("requestId", "detail", "errors")
                == ["type": "about:blank", "title": .string(title), "status": .int(status)]
        )
        return problem
    }
}
