import HTTPTypes
import JobsysAWSTestKit
import JobsysCore
import JobsysDeadLetters
import JobsysHTTP
import JobsysTestKit
import JobsysTime
import Testing

@Suite("Lambda's runtime API over HTTP", .timeLimit(.minutes(1)))
struct HTTPLambdaRuntimeAPITests {
    static let headers: HTTPFields = [
        requestID: "8476a536-e9f4-11e8-9739-2dfe598c3fcd", deadline: "1542409706888",
        field("Lambda-Runtime-Trace-Id"): "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1",
    ]
    static let requestID = field("Lambda-Runtime-Aws-Request-Id")
    static let deadline = field("Lambda-Runtime-Deadline-Ms")

    @Test("An invocation is read from the answer, chunked or not")
    func next() async throws {
        let scripts: [Script] = [
            .respond(200, headers: Self.headers, text: #"{"Records":[]}"#),
            .respondChunked(
                status: 200,
                headers: Self.headers,
                chunks: [Array(#"{"Rec"#.utf8), Array(#"ords":[]}"#.utf8)]
            ),
        ]
        try await withAPI(scripts) { api, server in
            let expected = LambdaInvocation(
                requestID: "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                deadline: Timestamp(milliseconds: 1_542_409_706_888),
                event: Array(#"{"Records":[]}"#.utf8)
            )
            let invocations = [try await api.next(), try await api.next()]
            #expect(invocations == [expected, expected])
            #expect(server.requests.map(\.method) == ["GET", "GET"])
            #expect(server.requests.map(\.path) == Array(repeating: "/2018-06-01/runtime/invocation/next", count: 2))
            #expect(server.requests[0].headers[field("Host")] == server.authority)
            #expect(server.connectionCount == 1)
        }
    }

    @Test(
        "An invocation without what is needed is refused",
        arguments: [
            ([:], .missingHeader, "the invocation has no Lambda-Runtime-Aws-Request-Id"),
            ([requestID: "1"], .missingHeader, "the invocation has no Lambda-Runtime-Deadline-Ms"),
            (
                [requestID: "../init", deadline: "1"], .malformedHeader,
                "the invocation's Lambda-Runtime-Aws-Request-Id is malformed; expected letters, digits and hyphens"
            ),
            (
                [requestID: "1", deadline: "soon"], .malformedHeader,
                "the invocation's Lambda-Runtime-Deadline-Ms is malformed; expected milliseconds since 1970"
            ),
            (
                [requestID: "1", deadline: "0"], .malformedHeader,
                "the invocation's Lambda-Runtime-Deadline-Ms is malformed; expected milliseconds since 1970"
            ),
        ] as [(HTTPFields, LambdaRuntimeError.Code, String)]
    )
    func unusable(headers: HTTPFields, code: LambdaRuntimeError.Code, message: String) throws {
        let error = #expect(throws: LambdaRuntimeError.self) { try LambdaInvocation(headers: headers, event: []) }
        #expect(error?.code == code)
        #expect(error?.message == message)
    }

    @Test("Answers go where they belong, word for word")
    func answers() async throws {
        try await withAPI(Array(repeating: .respond(202, text: #"{"status":"OK"}"#), count: 3)) { api, server in
            try await api.succeed("id-1", with: Array(#"{"batchItemFailures":[]}"#.utf8))
            let error = LambdaFunctionError(type: "Runtime.InvalidEvent", message: "not an \"SQS\" event")
            try await api.fail("id-2", with: error)
            try await api.failInitialization(with: LambdaFunctionError(type: "Runtime.InitFailed", message: "x"))
            let prefix = "/2018-06-01/runtime"
            #expect(server.requests.map(\.method) == ["POST", "POST", "POST"])
            #expect(
                server.requests.map(\.path) == [
                    "\(prefix)/invocation/id-1/response", "\(prefix)/invocation/id-2/error", "\(prefix)/init/error",
                ]
            )
            #expect(
                server.requests.map(\.text) == [
                    #"{"batchItemFailures":[]}"#,
                    #"{"errorMessage":"not an \"SQS\" event","errorType":"Runtime.InvalidEvent","stackTrace":[]}"#,
                    #"{"errorMessage":"x","errorType":"Runtime.InitFailed","stackTrace":[]}"#,
                ]
            )
            #expect(
                server.requests.map { $0.headers[field("Lambda-Runtime-Function-Error-Type")] }
                    == [nil, "Runtime.InvalidEvent", "Runtime.InitFailed"]
            )
            #expect(server.requests.map { $0.headers[.contentType] } == Array(repeating: "application/json", count: 3))
        }
    }

    @Test(
        "Another status than the expected one is an error",
        arguments: [(400, .refused), (413, .refused), (500, .unexpectedStatus), (200, .unexpectedStatus)]
            as [(Int, LambdaRuntimeError.Code)]
    )
    func status(status: Int, code: LambdaRuntimeError.Code) async throws {
        try await withAPI([.respond(status)]) { api, _ in
            let error = await #expect(throws: LambdaRuntimeError.self) { try await api.succeed("id", with: []) }
            #expect(error?.code == code)
            #expect(error?.message == "POST /invocation/id/response: found status \(status); expected 202")
        }
    }

    @Test("An API that is not there, or hangs up, is unreachable")
    func unreachable() async throws {
        try await withAPI([.reset]) { api, _ in
            let error = await #expect(throws: LambdaRuntimeError.self) { try await api.next() }
            #expect(error?.code == .unreachable)
        }
        try await withTransport { transport in
            let api = HTTPLambdaRuntimeAPI(authority: "127.0.0.1:1", transport: transport)
            let error = await #expect(throws: LambdaRuntimeError.self) { try await api.next() }
            #expect(error?.code == .unreachable)
            let loop = LambdaRuntimeLoop(api: api, clock: ManualClock(), draw: { 0 }) { _ in [] }
            await #expect(throws: LambdaRuntimeError.self) { try await loop.run() }
        }
    }

    @Test("Cancellation ends the wait for an invocation")
    func cancellation() async throws {
        let (asked, askedContinuation) = AsyncStream<Void>.makeStream()
        try await withTransport { transport in
            let handler: ScriptedServer.Handler = { _ in
                askedContinuation.yield()
                return .hang
            }
            try await ScriptedServer.with(handler: handler) { server in
                let api = HTTPLambdaRuntimeAPI(authority: server.authority, transport: transport)
                await #expect(throws: CancellationError.self) {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { _ = try await api.next() }
                        for await _ in asked { break }
                        group.cancelAll()
                        try await group.waitForAll()
                    }
                }
            }
        }
    }

    private func withAPI(
        _ scripts: [Script],
        _ body: (HTTPLambdaRuntimeAPI, ScriptedServer) async throws -> Void
    ) async throws {
        try await withTransport { transport in
            try await ScriptedServer.with(responses: scripts) { server in
                try await body(HTTPLambdaRuntimeAPI(authority: server.authority, transport: transport), server)
            }
        }
    }
}

func field(_ name: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not a header's name") }
    return name
}

func withTransport(_ body: (CurlTransport) async throws -> Void) async throws {
    let transport = try CurlTransport()
    do {
        try await body(transport)
    } catch {
        await transport.shutdown()
        throw error
    }
    await transport.shutdown()
}
