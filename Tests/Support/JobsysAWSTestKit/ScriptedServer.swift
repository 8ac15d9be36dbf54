import Glibc
import Synchronization

/// A real HTTP/1.1 server on 127.0.0.1 that answers as the test says, and records what it is asked.
///
/// Each connection has a thread, kept alive until one side closes it. Handlers run as children of the task that uses
/// the server, so nothing outlives ``with(handler:_:)``.
public final class ScriptedServer: Sendable {
    /// Decides what to do with a request.
    public typealias Handler = @Sendable (ReceivedRequest) async -> Script

    private struct State {
        var requests: [ReceivedRequest] = []
        var connections: [ScriptedConnection] = []
        var isStopped = false
    }

    /// The port that the system chose.
    public let port: Int

    private let listener: Int32
    private let state = Mutex(State())
    private let exchanges: AsyncStream<ScriptedExchange>
    private let pending: AsyncStream<ScriptedExchange>.Continuation
    /// Answers on the connection's own thread, which is not held up by whatever keeps the tasks of other tests busy.
    private let prompt: (@Sendable () -> Script)?

    private init(prompt: (@Sendable () -> Script)? = nil) throws(ScriptedServerError) {
        self.prompt = prompt
        (listener, port) = try TCPListener.open()
        (exchanges, pending) = AsyncStream.makeStream()
    }

    deinit {
        close(listener)
    }

    /// `127.0.0.1:port`.
    public var authority: String { "127.0.0.1:\(port)" }

    /// `http://127.0.0.1:port`.
    public var url: String { "http://\(authority)" }

    /// All requests so far, in the order of their arrival.
    public var requests: [ReceivedRequest] { state.withLock { $0.requests } }

    /// How many connections were accepted so far, closed ones included.
    public var connectionCount: Int { state.withLock { $0.connections.count } }

    /// Runs a server whose handler decides, for as long as `body` runs.
    public static func with<Result>(
        handler: @escaping Handler,
        _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        try await run(try ScriptedServer(), handler, body)
    }

    private static func run<Result>(
        _ server: ScriptedServer,
        _ handler: @escaping Handler,
        _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let acceptor = try BlockingThread { server.acceptConnections() }
            group.addTask { await server.runHandlers(handler) }
            defer {
                group.cancelAll()
                server.stop()
                acceptor.join()
            }
            return try await body(server)
        }
    }

    /// Runs a server that gives the same answer always, for as long as `body` runs.
    public static func with<Result>(
        _ response: Script,
        _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        try await run(try ScriptedServer(prompt: { response }), { _ in response }, body)
    }

    /// Runs a server that gives these answers in turn and status 599 afterwards, for as long as `body` runs.
    public static func with<Result>(
        responses: [Script],
        _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let remaining = RemainingScripts(responses)
        let next: @Sendable () -> Script = { remaining.next() }
        return try await run(try ScriptedServer(prompt: next), { _ in next() }, body)
    }

    /// Records a request and has its handler run.
    func accept(_ exchange: ScriptedExchange) {
        state.withLock { $0.requests.append(exchange.request) }
        if let prompt { return exchange.resolve(prompt()) }
        guard case .enqueued = pending.yield(exchange) else { return exchange.resolve(.closeWithoutAnswer) }
    }

    private func runHandlers(_ handler: @escaping Handler) async {
        await withDiscardingTaskGroup { group in
            for await exchange in exchanges {
                group.addTask { exchange.resolve(await handler(exchange.request)) }
            }
        }
    }

    private func acceptConnections() {
        while case let descriptor = Glibc.accept(listener, nil, nil), descriptor >= 0 {
            let isOpen = state.withLock { state in
                guard !state.isStopped else { return false }
                let number = state.connections.count
                guard let connection = try? ScriptedConnection(descriptor, number: number, server: self) else {
                    return false  // No thread to be had: the client sees a closed connection.
                }
                state.connections.append(connection)
                return true
            }
            if !isOpen { close(descriptor) }
        }
    }

    private func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        let connections = state.withLock { state in
            state.isStopped = true
            return state.connections
        }
        for connection in connections { connection.interrupt() }
        pending.finish()
        for connection in connections { connection.join() }
    }
}

/// The answers of a server that has a list of them.
private final class RemainingScripts: Sendable {
    private let scripts: Mutex<ArraySlice<Script>>

    init(_ scripts: [Script]) {
        self.scripts = Mutex(scripts[...])
    }

    func next() -> Script {
        scripts.withLock { $0.popFirst() } ?? .respond(599, text: "no scripted answer is left")
    }
}
