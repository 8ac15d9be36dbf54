import Glibc
import Synchronization

@testable import JobsysAWSTestKit

/// An HTTP proxy on 127.0.0.1 that knows CONNECT only and tunnels to one port, whatever host it is asked for.
final class ConnectProxy: Sendable {
    private struct State {
        var heads: [String] = []
        var descriptors: [Int32] = []
        var threads: [BlockingThread] = []
    }

    let port: Int
    private let target: Int
    private let answer: String
    private let listener: Int32
    private let state = Mutex(State())

    /// The heads of the requests so far.
    var heads: [String] { state.withLock(\.heads) }

    /// Runs a proxy that tunnels to a port of 127.0.0.1, or refuses with another answer, for as long as `body` runs.
    static func with<Result>(
        target: Int,
        answer: String = "HTTP/1.1 200 Connection established\r\nX-Proxy: 1\r\n\r\n",
        _ body: (ConnectProxy) async throws -> Result
    ) async throws -> Result {
        let proxy = try ConnectProxy(target: target, answer: answer)
        let acceptor = try BlockingThread { proxy.acceptConnections() }
        defer {
            shutdown(proxy.listener, Int32(SHUT_RDWR))
            acceptor.join()
            proxy.stop()
        }
        return try await body(proxy)
    }

    private init(target: Int, answer: String) throws {
        (listener, port) = try TCPListener.open()
        self.target = target
        self.answer = answer
    }

    private func acceptConnections() {
        while case let descriptor = accept(listener, nil, nil), descriptor >= 0 {
            state.withLock { state in
                state.descriptors.append(descriptor)
                if let thread = try? BlockingThread({ self.serve(descriptor) }) { state.threads.append(thread) }
            }
        }
    }

    private func serve(_ client: Int32) {
        var stream = SocketStream(client)
        guard let head = stream.readHead() else { return }
        state.withLock { $0.heads.append(String(decoding: head, as: UTF8.self)) }
        guard stream.write(Array(answer.utf8)), answer.hasPrefix("HTTP/1.1 200") else { return end(client) }
        guard let server = connect() else { return end(client) }
        state.withLock { $0.descriptors.append(server) }
        guard let back = try? BlockingThread({ Self.copy(server, client) }) else { return end(client) }
        Self.copy(client, server)
        back.join()
    }

    private func connect() -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(target).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Copies until the source ends, and ends the destination.
    private static func copy(_ source: Int32, _ destination: Int32) {
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while case let count = recv(source, &buffer, buffer.count, 0), count > 0 {
            guard send(destination, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(destination, Int32(SHUT_RDWR))
    }

    private func end(_ descriptor: Int32) {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private func stop() {
        let state = state.withLock { $0 }
        for descriptor in state.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
        for thread in state.threads { thread.join() }
        for descriptor in state.descriptors + [listener] { close(descriptor) }
    }
}
