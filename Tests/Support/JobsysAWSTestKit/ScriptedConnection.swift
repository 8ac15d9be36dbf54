import Glibc
import HTTPTypes
import Synchronization

/// One accepted connection with its thread.
final class ScriptedConnection: Sendable {
    private struct State {
        var isOpen = true
        var isInterrupted = false
        var exchange: ScriptedExchange?
    }

    private let descriptor: Int32
    private let number: Int
    private let state = Mutex(State())
    private let thread = Mutex<BlockingThread?>(nil)

    /// Takes the descriptor over, unless it throws.
    init(_ descriptor: Int32, number: Int, server: ScriptedServer) throws(ScriptedServerError) {
        self.descriptor = descriptor
        self.number = number
        let thread = try BlockingThread { [self, server] in run(server) }
        self.thread.withLock { $0 = thread }
    }

    /// Makes the thread end soon, whatever it waits for.
    func interrupt() {
        let exchange = state.withLock { state in
            state.isInterrupted = true
            if state.isOpen { shutdown(descriptor, Int32(SHUT_RDWR)) }
            return state.exchange
        }
        exchange?.resolve(.closeWithoutAnswer)
    }

    func join() {
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?
        .join()
    }

    private func run(_ server: ScriptedServer) {
        var one: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var stream = SocketStream(descriptor)
        while let request = stream.readRequest(connection: number) {
            let exchange = ScriptedExchange(request)
            guard begin(exchange) else { break }
            server.accept(exchange)
            guard perform(exchange.waitForScript(), for: request, on: &stream) else { break }
        }
        state.withLock { state in
            state.isOpen = false
            state.exchange = nil
            close(descriptor)
        }
    }

    /// `false` if the server is being stopped, which resolves every exchange that has begun.
    private func begin(_ exchange: ScriptedExchange) -> Bool {
        state.withLock { state in
            state.exchange = exchange
            return !state.isInterrupted
        }
    }

    /// Returns whether the connection goes on.
    private func perform(_ script: Script, for request: ReceivedRequest, on stream: inout SocketStream) -> Bool {
        switch script {
        case .respond, .respondChunked, .send:
            return stream.write(script.bytes(for: request))
        case .sendThenClose, .truncate:
            _ = stream.write(script.bytes(for: request))
            return false
        case .closeWithoutAnswer:
            return false
        case .reset:
            var lingering = linger(l_onoff: 1, l_linger: 0)
            let size = socklen_t(MemoryLayout<linger>.size)
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &lingering, size)
            return false
        case .hang:
            stream.discardToEnd()
            return false
        case .delayed(let duration, let next):
            stream.wait(duration)
            return perform(next, for: request, on: &stream)
        case .sequence(let scripts):
            for script in scripts {
                guard perform(script, for: request, on: &stream) else { return false }
            }
            return true
        }
    }
}
