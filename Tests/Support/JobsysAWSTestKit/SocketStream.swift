import Glibc

/// Blocking reads and writes on a connected socket, with a buffer for what was read too far.
struct SocketStream {
    let descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Everything up to and with an empty line; `nil` at the end of the stream, or if it does not begin like HTTP.
    mutating func readHead() -> [UInt8]? {
        var searched = 0
        while true {
            if let first = buffer.first, !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) { return nil }
            if let end = endOfHead(from: searched) { return take(end) }
            searched = max(0, buffer.count - 3)
            guard fill() else { return nil }
        }
    }

    /// One line without its CRLF; `nil` at the end of the stream.
    mutating func readLine() -> [UInt8]? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) { return take(end + 1).dropLast(2) }
            guard fill() else { return nil }
        }
    }

    /// Exactly `count` bytes; `nil` if the stream ends before.
    mutating func read(_ count: Int) -> [UInt8]? {
        while buffer.count < count {
            guard fill() else { return nil }
        }
        return take(count)
    }

    /// Reads on until the peer or the server closes the connection.
    mutating func discardToEnd() {
        repeat { buffer.removeAll(keepingCapacity: true) } while fill()
    }

    /// Whether all bytes went out.
    func write(_ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent...])
                let count = unsafe send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    /// Waits for the time to pass or for the connection's end.
    func wait(_ duration: Duration) {
        var state = pollfd(fd: descriptor, events: Int16(bitPattern: 0x2000), revents: 0)  // POLLRDHUP
        let (seconds, attoseconds) = duration.components
        _ = unsafe poll(&state, 1, Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000))
    }

    private func endOfHead(from start: Int) -> Int? {
        guard buffer.count >= 4 else { return nil }
        let end: [UInt8] = [13, 10, 13, 10]
        for index in start..<max(start, buffer.count - 3) where buffer[index] == 13 {
            if buffer[index..<index + 4].elementsEqual(end) { return index + 4 }
        }
        return nil
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        if count == buffer.count {
            defer { buffer = [] }
            return buffer
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private mutating func fill() -> Bool {
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: 65536) { space, count in
            let received = unsafe recv(descriptor, space.baseAddress, space.count, 0)
            count = max(0, received)
        }
        buffer.append(contentsOf: piece)
        return !piece.isEmpty
    }
}
