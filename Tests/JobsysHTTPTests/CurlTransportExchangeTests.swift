import HTTPTypes
import JobsysAWSTestKit
import JobsysHTTP
import Testing

@Suite(.timeLimit(.minutes(1))) struct CurlTransportExchangeTests {
    @Test(
        "Method, target and body arrive as given, and answer and body come back",
        arguments: [
            (HTTPRequest.Method.get, ""), (.post, "hello"), (.post, ""), (.put, "hello"), (.put, ""),
            (.patch, "x"), (.delete, ""), (.delete, "x"), (.get, "x"),
        ]
    )
    func echo(method: HTTPRequest.Method, body: String) async throws {
        let target = "/a/../b//c%2fd;e?x=1&y=%7e{}|^"
        let handler: ScriptedServer.Handler = { .respond(201, headers: [.eTag: "t"], text: "\($0.method) \($0.text)") }
        try await withServer(handler: handler) {
            let response = try await $1.send($0.request(method, target), body: Array(body.utf8))
            #expect(response.status == 201)
            #expect(response.head.headerFields[.eTag] == "t")
            #expect(String(decoding: response.body, as: UTF8.self) == "\(method.rawValue) \(body)")
            #expect($0.requests.map(\.path) == [target])
            #expect($0.requests.map(\.body) == [Array(body.utf8)])
        }
    }

    @Test("A POST's head is exactly what was given, with Host, User-Agent, Accept-Encoding and Content-Length")
    func postHead() async throws {
        let handler: ScriptedServer.Handler = { _ in .respond() }
        try await withServer(.init(userAgent: "agent/1"), handler: handler) { server, transport in
            var headers: HTTPFields = [.contentType: "application/x-amz-json-1.0"]
            headers.append(HTTPField(name: try #require(HTTPField.Name("X-Amz-Target")), value: "T.Op"))
            headers.append(HTTPField(name: try #require(HTTPField.Name("X-Empty")), value: ""))
            _ = try await transport.send(server.request(.post, "/p", headers: headers), body: Array("{}".utf8))
            let head = try #require(server.requests.first?.rawHead)
            #expect(
                String(decoding: head, as: UTF8.self).split(separator: "\r\n").map(String.init) == [
                    "POST /p HTTP/1.1", "Host: \(server.authority)", "User-Agent: agent/1",
                    "Content-Type: application/x-amz-json-1.0", "X-Amz-Target: T.Op", "X-Empty:",
                    "Accept-Encoding: identity", "Content-Length: 2",
                ]
            )
        }
    }

    @Test("A GET has no header fields but Host and Accept-Encoding if no User-Agent is configured")
    func getHead() async throws {
        let handler: ScriptedServer.Handler = { _ in .respond() }
        try await withServer(.init(userAgent: ""), handler: handler) { server, transport in
            _ = try await transport.send(server.request(.get, "/g"))
            let head = try #require(server.requests.first?.rawHead)
            let expected = "GET /g HTTP/1.1\r\nHost: \(server.authority)\r\nAccept-Encoding: identity\r\n\r\n"
            #expect(String(decoding: head, as: UTF8.self) == expected)
        }
    }

    @Test("A large body goes out at once, with its length and without Expect or Transfer-Encoding")
    func largeBodies() async throws {
        let body = (0..<1_572_864).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let handler: ScriptedServer.Handler = { .respond(status: 200, headers: [:], body: $0.body) }
        try await withServer(handler: handler) { server, transport in
            let response = try await transport.send(server.request(.post), body: body)
            #expect(response.body == body)
            let request = try #require(server.requests.first)
            #expect(request.headers[.contentLength] == "1572864")
            #expect(request.headers[.expect] == nil)
            #expect(request.headers[.transferEncoding] == nil)
        }
    }

    @Test("A hundred requests in a row share one connection")
    func keepAlive() async throws {
        let handler: ScriptedServer.Handler = { .respond(text: $0.path) }
        try await withServer(handler: handler) { server, transport in
            for number in 0..<100 {
                let response = try await transport.send(server.request(.get, "/\(number)"))
                #expect(String(decoding: response.body, as: UTF8.self) == "/\(number)")
            }
            #expect(server.connectionCount == 1)
            #expect(server.requests.count == 100)
        }
    }

    @Test("Every one of many concurrent requests gets its own answer, over no more connections than requests at a time")
    func concurrency() async throws {
        let handler: ScriptedServer.Handler = { .respond(text: $0.text) }
        try await withServer(handler: handler) { server, transport in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<64 {
                    group.addTask {
                        for turn in 0..<20 {
                            let body = Array("\(worker)-\(turn)".utf8)
                            let response = try await transport.send(server.request(.post), body: body)
                            #expect(response.body == body)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.requests.count == 1280)
            #expect((1...64).contains(server.connectionCount))
        }
    }

    @Test("No more connections than allowed are opened to a host")
    func connectionLimit() async throws {
        let handler: ScriptedServer.Handler = { _ in .respond() }
        try await withServer(.init(maxConnectionsPerHost: 2), handler: handler) { server, transport in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await transport.send(server.request(), timeouts: .init(connect: .seconds(20))).status
                    }
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect((1...2).contains(server.connectionCount))
        }
    }

    @Test("With all connections taken, an idle one to another host makes room, and the rest waits")
    func totalLimit() async throws {
        let handler: ScriptedServer.Handler = { _ in .respond() }
        try await ScriptedServer.with(handler: handler) { other in
            try await withServer(.init(maxConnections: 1), handler: handler) { server, transport in
                for round in 0..<6 {
                    let response = try await transport.send((round % 2 == 0 ? server : other).request())
                    #expect(response.status == 200)
                }
                // None outlived the next one's beginning.
                #expect(server.connectionCount == 3)
                #expect(other.connectionCount == 3)
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<20 {
                        let request = (number % 2 == 0 ? server : other).request()
                        group.addTask {
                            try await transport.send(request, timeouts: .init(connect: .seconds(20), request: nil))
                                .status
                        }
                    }
                    for try await status in group { #expect(status == 200) }
                }
            }
        }
    }

    @Test("HEAD, 204 and 304 end without a body, and the connection goes on")
    func withoutBody() async throws {
        let handler: ScriptedServer.Handler = { request in
            request.method == "HEAD" ? .respond(text: "12345") : .respond(Int(request.path.dropFirst()) ?? 0)
        }
        try await withServer(handler: handler) { server, transport in
            let head = try await transport.send(server.request(.head))
            #expect(head.head.headerFields[.contentLength] == "5")
            #expect(head.body.isEmpty)
            for status in [204, 304] {
                let response = try await transport.send(server.request(.get, "/\(status)"))
                #expect(response.status == status)
                #expect(response.body.isEmpty)
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("A chunked body is put together; a compressed one is left as sent")
    func chunkedAndCoded() async throws {
        let chunks = [Array("ab".utf8), Array(repeating: UInt8(7), count: 70_000), Array("z".utf8)]
        let script = Script.respondChunked(status: 200, headers: [.contentEncoding: "gzip"], chunks: chunks)
        let handler: ScriptedServer.Handler = { _ in script }
        try await withServer(handler: handler) { server, transport in
            let response = try await transport.send(server.request())
            #expect(response.body == chunks.flatMap(\.self))
            #expect(server.requests.first?.headers[.acceptEncoding] == "identity")
        }
    }

    @Test("An informational response is skipped")
    func informational() async throws {
        let bytes = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        let handler: ScriptedServer.Handler = { _ in .send(Array(bytes.utf8)) }
        try await withServer(handler: handler) { server, transport in
            let response = try await transport.send(server.request())
            #expect(response.status == 200)
            #expect(response.head.headerFields.map(\.name.rawName) == ["Content-Length"])
            #expect(response.body == Array("ok".utf8))
        }
    }

    @Test("A redirect is handed back, not followed")
    func redirect() async throws {
        let handler: ScriptedServer.Handler = { _ in .respond(302, headers: [.location: "/other"]) }
        try await withServer(handler: handler) { server, transport in
            let response = try await transport.send(server.request())
            #expect(response.status == 302)
            #expect(server.requests.count == 1)
        }
    }

    @Test("A connection that the server closed while idle is replaced without an error")
    func staleConnection() async throws {
        let answer = Script.sendThenClose(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8))
        let handler: ScriptedServer.Handler = { _ in answer }
        try await withServer(handler: handler) { server, transport in
            for _ in 0..<10 {
                let response = try await transport.send(server.request())
                #expect(response.status == 200)
            }
            #expect(server.connectionCount == 10)
        }
    }
}
