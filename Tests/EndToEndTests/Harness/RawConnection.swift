import Dispatch
import Glibc

/// A connection without manners: it sends what no decent HTTP client would.
struct RawConnection: Sendable {
    /// `host:port`.
    let authority: String

    /// What came of sending a request piece by piece.
    struct Outcome: Sendable {
        /// How many bytes were taken before the other side closed.
        var sent: Int
        /// The answer up to the end of the connection.
        var received: String
    }

    /// Sends a head, then a piece again and again, and reads whatever comes back.
    ///
    /// Sending stops when there is an answer.
    func send(_ head: String, piece: [UInt8], times: Int, end: String = "") async throws -> Outcome {
        try await withCheckedThrowingContinuation { continuation in
            // Blocking calls on a thread of their own.
            DispatchQueue.global().async { continuation.resume(with: Result { try exchange(head, piece, times, end) }) }
        }
    }

    private func exchange(_ head: String, _ piece: [UInt8], _ times: Int, _ end: String) throws -> Outcome {
        let descriptor = try connect()
        defer { close(descriptor) }
        var outcome = Outcome(sent: 0, received: "")
        let pieces = [Array(head.utf8)] + Array(repeating: piece, count: times) + [Array(end.utf8)]
        for piece in pieces {
            guard !hasAnswer(descriptor), write(piece, to: descriptor) else { break }
            outcome.sent += piece.count
        }
        outcome.received = readAll(from: descriptor)
        return outcome
    }

    private func connect() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw HarnessError("no socket (errno \(errno))") }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = UInt16(authority.split(separator: ":").last ?? "")?.bigEndian ?? 0
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                Glibc.connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            throw HarnessError("no connection to \(authority) (errno \(errno))")
        }
        return descriptor
    }

    private func hasAnswer(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// False if the other side takes no more.
    private func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func readAll(from descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer.prefix(count)
        }
    }
}
