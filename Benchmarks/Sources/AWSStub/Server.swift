import CEpoll
import Glibc

/// A system call that failed.
struct ServerError: Error {
    let call: String
    let code = errno
}

/// Serves HTTP/1.1 on one thread: epoll, keep-alive, no limits, no mercy on what is not well-formed.
final class Server {
    /// The port that it listens on.
    let port: UInt16

    private let listener: Int32
    private let epoll: Int32
    private var service: any StubService
    private var connections: [Int32: Connection] = [:]

    /// Listens on 127.0.0.1; port 0 takes a free one.
    init(port: UInt16, service: any StubService) throws(ServerError) {
        self.service = service
        (listener, self.port) = try Self.listen(port)
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw ServerError(call: "epoll_create1") }
        watch(listener)
    }

    /// Serves for ever.
    func run() -> Never {
        var events = [epoll_event](repeating: epoll_event(), count: 256)
        while true {
            let patience = service.nextDeadline.map { $0.millisecondsLeft(at: .now) } ?? -1
            let count = epoll_wait(epoll, &events, Int32(events.count), patience)
            for index in 0..<max(0, Int(count)) {
                let descriptor = events[index].data.fd
                if descriptor == listener { accept() } else { serve(descriptor) }
            }
            for (caller, response) in service.readyAnswers(at: .now) {
                guard let connection = connections[caller], !connection.send(response) else { continue }
                end(caller)
            }
        }
    }

    private func accept() {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else { return }
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        connections[descriptor] = Connection(descriptor)
        watch(descriptor)
    }

    private func serve(_ descriptor: Int32) {
        guard let connection = connections[descriptor] else { return }
        let isOpen = connection.serve { service.reply(to: $0, from: descriptor, at: .now) }
        if !isOpen { end(descriptor) }
    }

    private func end(_ descriptor: Int32) {
        service.forget(descriptor)
        connections[descriptor] = nil
        close(descriptor)
    }

    private func watch(_ descriptor: Int32) {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: descriptor))
        epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
    }

    private static func listen(_ port: UInt16) throws(ServerError) -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ServerError(call: "socket") }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) != 0 || Glibc.listen(descriptor, 1024) != 0
                    || getsockname(descriptor, $0, &size) != 0
            }
        }
        guard !failed else { throw ServerError(call: "bind, listen or getsockname") }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}
