import Glibc
import HTTPTypes
import JobsysAWSTestKit
import JobsysHTTP
import Testing

@Suite(.timeLimit(.minutes(1))) struct CurlTransportFailureTests {
    @Test(
        "A response that is cut short, refused or no HTTP is an error, and the request may have been received",
        arguments: [
            (Script.truncate(contentLength: 10, sending: Array("12345".utf8)), TransportError.Code.connectionLost),
            (.sendThenClose(Array("HTTP/1.1 200 OK\r\nContent-Le".utf8)), .connectionLost),
            (.sendThenClose(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n".utf8)), .connectionLost),
            (
                .sendThenClose(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab".utf8)),
                .connectionLost
            ),
            (
                .sendThenClose(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n".utf8)),
                .connectionLost
            ),
            (.sendThenClose(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)), .connectionLost),
            (.closeWithoutAnswer, .connectionLost), (.reset, .connectionLost),
            (.sendThenClose(Array("hello, this is no HTTP at all\r\n".utf8)), .malformedResponse),
        ]
    )
    func brokenResponse(script: Script, code: TransportError.Code) async throws {
        let handler: ScriptedServer.Handler = { _ in script }
        try await withServer(handler: handler) { server, transport in
            let error = await failure { () async throws(TransportError) in
                try await transport.send(server.request(.post), body: [1])
            }
            #expect(error?.code == code)
            #expect(error?.requestMayHaveBeenReceived == true)
            #expect(error?.message.hasPrefix("\(server.authority): ") == true)
        }
    }

    @Test("A response over the limit is an error and one at the limit is not", arguments: [true, false])
    func tooLarge(isChunked: Bool) async throws {
        let handler: ScriptedServer.Handler = { request in
            let body = [UInt8](repeating: 1, count: Int(request.path.dropFirst()) ?? 0)
            return isChunked
                ? .respondChunked(status: 200, headers: [:], chunks: [body])
                : .respond(status: 200, headers: [:], body: body)
        }
        try await withServer(.init(maxResponseBytes: 100_000), handler: handler) { server, transport in
            let largest = try await transport.send(server.request(.get, "/100000"))
            #expect(largest.body.count == 100_000)
            let error = await failure { () async throws(TransportError) in
                try await transport.send(server.request(.get, "/100001"))
            }
            #expect(error?.code == .responseTooLarge)
            let small = try await transport.send(server.request(.get, "/5"))
            #expect(small.body.count == 5)
        }
    }

    @Test("Nobody listening is cannotConnect, and the request was not received")
    func noListener() async throws {
        let authority = try await ScriptedServer.with(responses: []) { $0.authority }
        try await withTransport { transport in
            let request = HTTPRequest(method: .get, scheme: "http", authority: authority, path: "/")
            let error = await failure { () async throws(TransportError) in try await transport.send(request) }
            #expect(error?.code == .cannotConnect)
            #expect(error?.requestMayHaveBeenReceived == false)
        }
    }

    @Test("A name without an address is cannotResolve, and the request was not received")
    func noSuchHost() async throws {
        try await withTransport { transport in
            let request = HTTPRequest(method: .get, scheme: "http", authority: "nowhere.invalid", path: "/")
            let error = await failure { () async throws(TransportError) in
                try await transport.send(request, timeouts: .init(connect: .seconds(30), request: .seconds(30)))
            }
            #expect(error?.code == .cannotResolve)
            #expect(error?.requestMayHaveBeenReceived == false)
        }
    }

    @Test("A peer that speaks no TLS is tlsFailed, and the request was not received")
    func noTLS() async throws {
        let handler: ScriptedServer.Handler = { _ in .respond() }
        try await ScriptedServer.with(handler: handler) { server in
            try await withTransport { transport in
                let request = HTTPRequest(method: .get, scheme: "https", authority: server.authority, path: "/")
                let error = await failure { () async throws(TransportError) in
                    try await transport.send(request, timeouts: .init(connect: .seconds(50), request: nil))
                }
                #expect(error?.code == .tlsFailed)
                #expect(error?.requestMayHaveBeenReceived == false)
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test("A CA bundle that cannot be read is an error at once")
    func missingBundle() {
        let error = #expect(throws: TransportError.self) {
            _ = try CurlTransport(configuration: .init(caBundlePath: "/nowhere/ca.pem"))
        }
        #expect(error?.code == .tlsFailed)
    }

    @Test("A server that never answers is timedOut, no earlier than asked, and the transport goes on")
    func timeout() async throws {
        let handler: ScriptedServer.Handler = { $0.path == "/hang" ? .hang : .respond() }
        try await withServer(handler: handler) { server, transport in
            let start = ContinuousClock.now
            let error = await failure { () async throws(TransportError) in
                try await transport.send(server.request(.get, "/hang"), timeouts: .init(request: .seconds(1)))
            }
            #expect(error?.code == .timedOut)
            #expect(error?.requestMayHaveBeenReceived == true)
            #expect(start.duration(to: .now) >= .seconds(1))
            let response = try await transport.send(server.request())
            #expect(response.status == 200)
        }
    }

    @Test("Without a limit for the request a slow answer is waited for")
    func noTimeout() async throws {
        let handler: ScriptedServer.Handler = { _ in .delayed(.milliseconds(1200), .respond()) }
        try await withServer(handler: handler) { server, transport in
            let timeouts = TransportTimeouts(connect: .seconds(1), request: nil)
            let response = try await transport.send(server.request(), timeouts: timeouts)
            #expect(response.status == 200)
        }
    }

    @Test("Line breaks in a request never reach the wire")
    func injection() async throws {
        let handler: ScriptedServer.Handler = { _ in .respond() }
        try await withServer(handler: handler) { server, transport in
            let error = await failure { () async throws(TransportError) in
                try await transport.send(server.request(.get, "/ HTTP/1.1\r\nX-Evil: 1\r\n\r\n"))
            }
            #expect(error?.code == .invalidRequest)
            #expect(error?.requestMayHaveBeenReceived == false)
            // The field type itself turns line breaks into spaces.
            let headers: HTTPFields = [.contentType: "a\r\nX-Evil: 1"]
            _ = try await transport.send(server.request(.get, "/", headers: headers))
            #expect(server.requests.map { $0.headers[.contentType] } == ["a  X-Evil: 1"])
            #expect(server.requests.first?.headers.contains { $0.name.canonicalName == "x-evil" } == false)
        }
    }

    @Test("The environment's proxies are not used")
    func environmentProxy() async throws {
        setenv("http_proxy", "http://127.0.0.1:1", 1)
        setenv("all_proxy", "http://127.0.0.1:1", 1)
        defer {
            unsetenv("http_proxy")
            unsetenv("all_proxy")
        }
        let handler: ScriptedServer.Handler = { _ in .respond() }
        try await withServer(handler: handler) { server, transport in
            let response = try await transport.send(server.request())
            #expect(response.status == 200)
        }
    }
}
