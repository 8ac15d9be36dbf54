public import HTTPTypes
public import Hummingbird
import HummingbirdCore
import JobsysHTTP
import Logging
public import NIOCore
import NIOEmbedded
import ServiceLifecycle
import Synchronization

/// How requests reach an application under test.
public enum ApplicationAccess: Sendable {
    /// Its router is called: no socket, no HTTP.
    case router
    /// It listens on a free port of this machine, as in production.
    case live
}

/// An answer of an application.
public struct TestResponse: Sendable {
    /// The status.
    public let status: HTTPResponse.Status
    /// The header fields.
    public let headers: HTTPFields
    /// The whole body.
    public let body: ByteBuffer
}

/// Asks an application under test.
public struct TestClient: Sendable {
    /// Where the application listens; nil if only its router is called.
    public let port: Int?
    let send: @Sendable (HTTPRequest, ByteBuffer?) async throws -> TestResponse

    /// Sends a request and collects the answer.
    ///
    /// - Throws: What the router throws, or nothing could be sent.
    public func execute(
        uri: String,
        method: HTTPRequest.Method,
        headers: HTTPFields = [:],
        body: ByteBuffer? = nil
    ) async throws -> TestResponse {
        var headers = headers
        if let body { headers[.contentLength] = String(body.readableBytes) }
        let head = HTTPRequest(
            method: method,
            scheme: "http",
            authority: "localhost",
            path: uri,
            headerFields: headers
        )
        return try await send(head, body)
    }
}

extension ApplicationProtocol where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    /// Runs the application while the body asks it something.
    public func test<Value: Sendable>(
        _ access: ApplicationAccess,
        _ body: @Sendable (TestClient) async throws -> Value
    ) async throws -> Value {
        switch access {
        case .router: try await body(routerClient())
        case .live: try await LiveApplication(base: self).run(body)
        }
    }

    private func routerClient() async throws -> TestClient {
        let responder = try await responder
        let logger = logger
        return TestClient(port: nil) { head, body in
            let source = ApplicationRequestContextSource(channel: NIOAsyncTestingChannel(), logger: logger)
            let request = Request(head: head, body: RequestBody(buffer: body ?? ByteBuffer()))
            let response = try await responder.respond(to: request, context: Responder.Context(source: source))
            let writer = CollectingWriter()
            try await response.body.write(writer)
            return TestResponse(
                status: response.status,
                headers: response.headers,
                body: writer.collected.withLock { $0 }
            )
        }
    }
}

/// Collects a body.
private final class CollectingWriter: ResponseBodyWriter, Sendable {
    let collected = Mutex(ByteBuffer())

    func write(_ buffer: ByteBuffer) async throws {
        collected.withLock { _ = $0.writeImmutableBuffer(buffer) }
    }

    func finish(_ trailers: HTTPFields?) async throws {}
}

/// An application that listens on a free port, and says on which.
private struct LiveApplication<Base: ApplicationProtocol>: ApplicationProtocol {
    let base: Base
    private let ports = AsyncStream.makeStream(of: Int.self)

    init(base: Base) {
        self.base = base
    }

    var responder: Base.Responder {
        get async throws { try await base.responder }
    }
    var server: HTTPServerBuilder { base.server }
    var eventLoopGroup: any EventLoopGroup { base.eventLoopGroup }
    var configuration: ApplicationConfiguration {
        base.configuration.with(address: .hostname("localhost", port: 0))
    }
    var logger: Logger { base.logger }
    var services: [any Service] { base.services }
    var processesRunBeforeServerStart: [@Sendable () async throws -> Void] { base.processesRunBeforeServerStart }

    func onServerRunning(_ channel: any Channel) async {
        await base.onServerRunning(channel)
        if let port = channel.localAddress?.port { ports.continuation.yield(port) }
    }

    func run<Value: Sendable>(_ body: @Sendable (TestClient) async throws -> Value) async throws -> Value {
        let group = ServiceGroup(services: [self], logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { ports.continuation.finish() }
                try await group.run()
            }
            guard let port = await ports.stream.first(where: { _ in true }) else {
                try await tasks.waitForAll()
                throw ApplicationDidNotStart()
            }
            let result: Result<Value, any Error>
            do {
                let transport = try CurlTransport()
                result = .success(try await body(liveClient(transport, port: port)))
                await transport.shutdown()
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try result.get()
        }
    }
}

private func liveClient(_ transport: CurlTransport, port: Int) -> TestClient {
    TestClient(port: port) { head, body in
        var head = head
        head.authority = "localhost:\(port)"
        let answer = try await transport.send(head, body: body.map { Array($0.readableBytesView) } ?? [])
        return TestResponse(
            status: answer.head.status,
            headers: answer.head.headerFields,
            body: ByteBuffer(bytes: answer.body)
        )
    }
}

/// The application ended without an error before it listened.
struct ApplicationDidNotStart: Error {}
