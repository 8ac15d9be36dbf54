import HTTPTypes
import JobsysAWSTestKit
import JobsysHTTP
import Testing

/// libcurl on its own sends any request again if a reused connection ends without a byte of an answer.
@Suite(.timeLimit(.minutes(1))) struct CurlTransportSecondSendTests {
    @Test(
        "A POST that the server took before it closed a reused connection is sent once only, and fails",
        arguments: [Script.closeWithoutAnswer, .reset]
    )
    func post(ending: Script) async throws {
        let handler: ScriptedServer.Handler = { $0.path == "/first" ? .respond() : ending }
        try await withServer(handler: handler) { server, transport in
            _ = try await transport.send(server.request(.get, "/first"))
            let error = await failure { () async throws(TransportError) in
                try await transport.send(server.request(.post, "/second"), body: [1])
            }
            #expect(error?.code == .connectionLost)
            #expect(error?.requestMayHaveBeenReceived == true)
            #expect(server.requests.map(\.path) == ["/first", "/second"])
            #expect(server.requests.map(\.connection) == [0, 0])
            let response = try await transport.send(server.request(.post, "/first"), body: [1])
            #expect(response.status == 200)
        }
    }

    @Test("An idempotent request is sent once more on another connection", arguments: [HTTPRequest.Method.get, .put])
    func idempotent(method: HTTPRequest.Method) async throws {
        let handler: ScriptedServer.Handler = {
            $0.path == "/second" && $0.connection == 0 ? .closeWithoutAnswer : .respond()
        }
        try await withServer(handler: handler) { server, transport in
            _ = try await transport.send(server.request(.get, "/first"))
            let response = try await transport.send(server.request(method, "/second"))
            #expect(response.status == 200)
            #expect(server.requests.map(\.connection) == [0, 0, 1])
        }
    }
}
