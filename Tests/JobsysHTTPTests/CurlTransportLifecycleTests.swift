import Glibc
import HTTPTypes
import JobsysAWSTestKit
import JobsysHTTP
import Testing

@Suite(.timeLimit(.minutes(1))) struct CurlTransportLifecycleTests {
    @Test("Cancellation aborts a request under way at once, and the transport goes on")
    func cancelRunning() async throws {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let handler: ScriptedServer.Handler = { request in
            guard request.path == "/hang" else { return .respond() }
            arrived.yield()
            return .hang
        }
        try await withServer(handler: handler) { server, transport in
            await withTaskGroup(of: TransportError?.self) { group in
                group.addTask {
                    await failure { () async throws(TransportError) in
                        try await transport.send(server.request(.get, "/hang"), timeouts: .init(request: nil))
                    }
                }
                for await _ in arrivals { break }
                group.cancelAll()
                let error = await group.next()
                #expect(error??.code == .cancelled)
                #expect(error??.requestMayHaveBeenReceived == true)
            }
            let response = try await transport.send(server.request())
            #expect(response.status == 200)
        }
    }

    @Test("A task that is cancelled already sends nothing")
    func cancelBefore() async throws {
        let handler: ScriptedServer.Handler = { _ in .hang }
        try await withServer(handler: handler) { server, transport in
            await withTaskGroup(of: TransportError?.self) { group in
                group.cancelAll()
                group.addTask {
                    await failure { () async throws(TransportError) in
                        try await transport.send(server.request(), timeouts: .init(request: nil))
                    }
                }
                #expect(await group.next()??.code == .cancelled)
            }
        }
    }

    @Test("Requests cancelled at random moments each end exactly once, and the transport goes on")
    func cancelStorm() async throws {
        let handler: ScriptedServer.Handler = { .respond(text: $0.path) }
        try await withServer(handler: handler) { server, transport in
            for round in 0..<40 {
                await withTaskGroup(of: Bool.self) { group in
                    for number in 0..<16 {
                        group.addTask {
                            do throws(TransportError) {
                                return try await transport.send(server.request(.get, "/\(number)")).status == 200
                            } catch {
                                return error.code == .cancelled
                            }
                        }
                    }
                    for _ in 0..<(round % 16) { _ = await group.next() }
                    group.cancelAll()
                    for await isExpected in group { #expect(isExpected) }
                }
            }
            let response = try await transport.send(server.request())
            #expect(response.status == 200)
        }
    }

    @Test("Shutdown fails what is in flight and what comes later, and may be repeated")
    func shutdown() async throws {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let handler: ScriptedServer.Handler = { _ in
            arrived.yield()
            return .hang
        }
        try await withServer(handler: handler) { server, transport in
            await withTaskGroup(of: TransportError.Code?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        await failure { () async throws(TransportError) in
                            try await transport.send(server.request(), timeouts: .init(request: nil))
                        }?
                        .code
                    }
                }
                var arrivalCount = 0
                for await _ in arrivals {
                    arrivalCount += 1
                    if arrivalCount == 8 { break }
                }
                async let first: Void = transport.shutdown()
                async let second: Void = transport.shutdown()
                _ = await (first, second)
                for await code in group { #expect(code == .shutDown) }
            }
            await transport.shutdown()
            let late = await failure { () async throws(TransportError) in try await transport.send(server.request()) }
            #expect(late?.code == .shutDown)
            #expect(late?.requestMayHaveBeenReceived == false)
        }
    }

    @Test("Shutdown of a transport that was never used returns")
    func unusedShutdown() async throws {
        try await withTransport { _ in }
    }

    @Test("A transport that is dropped ends its thread and closes its connections")
    func dropped() async throws {
        let handler: ScriptedServer.Handler = { _ in .respond() }
        try await ScriptedServer.with(handler: handler) { server in
            for _ in 0..<200 {
                let transport = try CurlTransport()
                let response = try await transport.send(server.request())
                #expect(response.status == 200)
            }
            #expect(server.connectionCount == 200)
            let deadline = ContinuousClock.now.advanced(by: .seconds(20))
            while openConnections(to: server.port) > 0, ContinuousClock.now < deadline { await Task.yield() }
            #expect(openConnections(to: server.port) == 0)
        }
    }

    /// This process's sockets whose peer is that port of 127.0.0.1.
    private func openConnections(to port: Int) -> Int {
        (0..<1024)
            .count { (descriptor: Int32) in
                var address = sockaddr_in()
                var size = socklen_t(MemoryLayout<sockaddr_in>.size)
                let isConnected = withUnsafeMutablePointer(to: &address) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) == 0 }
                }
                return isConnected && Int(address.sin_family) == Int(AF_INET)
                    && Int(UInt16(bigEndian: address.sin_port)) == port
            }
    }
}
