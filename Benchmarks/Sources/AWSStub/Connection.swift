import Glibc

/// One client's connection: what has arrived of its next request.
final class Connection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Reads once and has each request that is whole replied to; false when the connection has come to its end.
    func serve(_ reply: (StubRequest) -> StubReply) -> Bool {
        guard receive() else { return false }
        while let request = takeRequest() {
            switch reply(request) {
            case .answer(let response): guard send(response) else { return false }
            case .later: break
            case .hangUp: return false
            }
        }
        return true
    }

    /// Sends an answer; false when the connection has come to its end.
    ///
    /// Answers are small enough for a socket's buffer, so writing them does not block.
    func send(_ response: StubResponse) -> Bool {
        Glibc.send(descriptor, response.bytes, response.bytes.count, Int32(MSG_NOSIGNAL)) == response.bytes.count
    }

    private func receive() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 64 * 1024, alignment: 1) { space in
            let count = recv(descriptor, space.baseAddress, space.count, 0)
            guard count > 0 else { return false }
            buffer.append(contentsOf: space[..<count])
            return true
        }
    }

    private func takeRequest() -> StubRequest? {
        guard !buffer.isEmpty else { return nil }
        let (target, bodyStart, end) = buffer.withUnsafeBytes { bytes in
            guard let bodyStart = Self.endOfHead(in: bytes) else { return ("", 0, Int.max) }
            let head = UnsafeRawBufferPointer(rebasing: bytes[..<bodyStart])
            let length = Self.field("content-length", in: head).flatMap { Int($0) } ?? 0
            return (Self.field("x-amz-target", in: head) ?? "", bodyStart, bodyStart + length)
        }
        guard end <= buffer.count else { return nil }
        let request = StubRequest(
            target: target,
            head: Array(buffer[..<bodyStart]),
            body: Array(buffer[bodyStart..<end])
        )
        if end == buffer.count { buffer.removeAll(keepingCapacity: true) } else { buffer.removeFirst(end) }
        return request
    }

    private static func endOfHead(in bytes: UnsafeRawBufferPointer) -> Int? {
        var start = 0
        while let lineEnd = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if lineEnd - start < 2 { return lineEnd + 1 }
            start = lineEnd + 1
        }
        return nil
    }

    /// The value of a field; `name` in lower case.
    private static func field(_ name: String, in head: UnsafeRawBufferPointer) -> String? {
        let length = name.utf8.count
        var start = head.startIndex
        while let lineEnd = head[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = head[start..<lineEnd]
            start = lineEnd + 1
            guard line.count > length, line[line.startIndex + length] == UInt8(ascii: ":"),
                line.prefix(length).elementsEqual(name.utf8, by: { $0 | 0x20 == $1 })
            else { continue }
            let value = line[(line.startIndex + length + 1)...]
            return String(decoding: value.drop { $0 == 0x20 }.prefix { $0 != 0x0d && $0 != 0x20 }, as: UTF8.self)
        }
        return nil
    }
}
