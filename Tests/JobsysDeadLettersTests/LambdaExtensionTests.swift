import HTTPTypes
import JobsysAWSTestKit
import JobsysDeadLetters
import JobsysTestKit
import ServiceLifecycle
import Testing

@Suite("The extension that a Lambda is of itself", .timeLimit(.minutes(1)))
struct LambdaExtensionTests {
    static let registered = Script.respond(200, headers: [field("Lambda-Extension-Identifier"): "id-1"], text: "{}")

    @Test("It registers for no events and parks under the name that it is given")
    func calls() async throws {
        try await withAPI([Self.registered, .respond(200, text: "{}")]) { api, server in
            let identifier = try #require(try await api.register(as: "dlq-handler"))
            #expect(identifier == "id-1")
            try await api.park(identifier)
            #expect(server.requests.map(\.method) == ["POST", "GET"])
            #expect(
                server.requests.map(\.path) == [
                    "/2020-01-01/extension/register", "/2020-01-01/extension/event/next",
                ]
            )
            #expect(server.requests[0].headers[field("Lambda-Extension-Name")] == "dlq-handler")
            #expect(server.requests[0].text == #"{"events":[]}"#)
            #expect(server.requests[1].headers[field("Lambda-Extension-Identifier")] == "id-1")
        }
    }

    @Test("Where there are no extensions it has no identifier")
    func none() async throws {
        try await withAPI([.respond(404)]) { api, _ in
            let identifier = try await api.register(as: "dlq-handler")
            #expect(identifier == nil)
        }
    }

    @Test(
        "A registration that cannot be used is an error",
        arguments: [
            (.respond(403), .refused, "POST /register: found status 403; expected 200"),
            (.respond(500), .unexpectedStatus, "POST /register: found status 500; expected 200"),
            (.respond(200), .missingHeader, "the registration has no Lambda-Extension-Identifier"),
        ] as [(Script, LambdaRuntimeError.Code, String)]
    )
    func refused(script: Script, code: LambdaRuntimeError.Code, message: String) async throws {
        try await withAPI([script]) { api, _ in
            let error = await #expect(throws: LambdaRuntimeError.self) { try await api.register(as: "dlq-handler") }
            #expect(error?.code == code)
            #expect(error?.message == message)
        }
    }

    @Test(
        "The process registers before it asks for an invocation, and a shutdown ends both waits",
        arguments: [(registered, 3), (.respond(404), 2), (.respond(500), 2)] as [(Script, Int)]
    )
    func process(registration: Script, requests: Int) async throws {
        let (waits, waitsContinuation) = AsyncStream<Void>.makeStream()
        let handler: ScriptedServer.Handler = { request in
            guard request.method == "GET" else { return registration }
            waitsContinuation.yield()
            return .hang
        }
        try await withTransport { transport in
            try await ScriptedServer.with(handler: handler) { server in
                let runtime = HTTPLambdaRuntimeAPI(authority: server.authority, transport: transport)
                let process = LambdaProcess(
                    loop: LambdaRuntimeLoop(api: runtime, clock: ManualClock()) { _ in [] },
                    extensions: HTTPLambdaExtensionsAPI(authority: server.authority, transport: transport)
                )
                try await running(process) { _ in
                    var waiting = waits.makeAsyncIterator()
                    for _ in 1..<requests { await waiting.next() }
                }
                let paths = server.requests.map(\.path)
                #expect(paths.first == "/2020-01-01/extension/register")
                let waits = ["/2018-06-01/runtime/invocation/next", "/2020-01-01/extension/event/next"]
                #expect(paths.dropFirst().sorted() == Array(waits.prefix(requests - 1)))
            }
        }
    }

    private func withAPI(
        _ scripts: [Script],
        _ body: (HTTPLambdaExtensionsAPI, ScriptedServer) async throws -> Void
    ) async throws {
        try await withTransport { transport in
            try await ScriptedServer.with(responses: scripts) { server in
                try await body(HTTPLambdaExtensionsAPI(authority: server.authority, transport: transport), server)
            }
        }
    }
}
