import Glibc
import JobsysProcess

extension Pipe {
    /// Has reads or writes at this process's end return at once.
    fileprivate func neverBlock(_ end: Int32) {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }

    /// Reads what is there, at most so much; nil where there is nothing now, and an empty array at the end.
    fileprivate func readNow(_ buffer: inout [UInt8]) -> ArraySlice<UInt8>? {
        while true {
            let count = unsafe read(readEnd, &buffer, buffer.count)
            if count >= 0 { return buffer[..<count] }
            if errno == EINTR { continue }
            // Any other error than EAGAIN would come again.
            return errno == EAGAIN ? nil : []
        }
    }
}

/// Writes to a program as fast as it reads, and no longer than it reads.
struct InputFeed {
    private let pipe: Pipe
    private var bytes: ArraySlice<UInt8>

    init(_ pipe: Pipe, _ bytes: [UInt8]) {
        (self.pipe, self.bytes) = (pipe, bytes[...])
        pipe.neverBlock(pipe.writeEnd)
    }

    var polled: pollfd { pollfd(fd: pipe.writeEnd, events: Int16(POLLOUT), revents: 0) }

    mutating func write() {
        while pipe.writeEnd >= 0, !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(pipe.writeEnd, $0.baseAddress, $0.count) }
            if count > 0 { bytes = bytes.dropFirst(count) }
            if count < 0, errno == EAGAIN { return }
            // It reads no more, which is its own affair.
            if count < 0, errno != EINTR { bytes = [] }
        }
        pipe.closeWriteEnd()
    }
}

/// Takes what is read from a program.
protocol Sink {
    var pipe: Pipe { get }
    mutating func take(_ bytes: ArraySlice<UInt8>)
}

extension Sink {
    var polled: pollfd { pollfd(fd: pipe.readEnd, events: Int16(POLLIN), revents: 0) }

    /// Reads a piece of what is there.
    mutating func read() {
        var buffer = [UInt8](repeating: 0, count: 65536)
        _ = readPiece(&buffer)
    }

    /// Reads all that is there, and closes the pipe; a program that somebody outside of the group keeps writing cannot
    /// hold this up.
    mutating func readAll() {
        var buffer = [UInt8](repeating: 0, count: 65536)
        // A pipe holds 64 KiB if nobody asks for more, and 1 MiB if somebody does.
        for _ in 0..<32 where pipe.readEnd >= 0 {
            guard readPiece(&buffer) else { break }
        }
        pipe.closeReadEnd()
    }

    private mutating func readPiece(_ buffer: inout [UInt8]) -> Bool {
        guard pipe.readEnd >= 0, let bytes = pipe.readNow(&buffer) else { return false }
        if bytes.isEmpty { pipe.closeReadEnd() }
        take(bytes)
        return !bytes.isEmpty
    }
}

/// Keeps what a program writes, up to a limit; what is beyond it is read and dropped.
struct OutputSink: Sink {
    let pipe: Pipe
    private let limit: Int
    /// What was written.
    private(set) var bytes: [UInt8] = []
    /// Whether more than the limit was written.
    private(set) var isTooLong = false

    init(_ pipe: Pipe, limit: Int) {
        (self.pipe, self.limit) = (pipe, limit)
        pipe.neverBlock(pipe.readEnd)
    }

    mutating func take(_ piece: ArraySlice<UInt8>) {
        let room = limit - bytes.count
        bytes += piece.prefix(room)
        if piece.count > room { isTooLong = true }
    }
}

/// Splits what a program writes into lines, and hands them on one by one; what is too long for a line is cut.
struct LineSink: Sink {
    let pipe: Pipe
    private let longestLine: Int
    private let onLine: @Sendable (String) -> Void
    private var line: [UInt8] = []
    private var isCut = false

    init(_ pipe: Pipe, longestLine: Int, _ onLine: @escaping @Sendable (String) -> Void) {
        (self.pipe, self.longestLine, self.onLine) = (pipe, longestLine, onLine)
        pipe.neverBlock(pipe.readEnd)
    }

    mutating func take(_ piece: ArraySlice<UInt8>) {
        var rest = piece
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[..<end])
            finish()
            rest = rest[(end + 1)...]
        }
        append(rest)
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        let room = longestLine - line.count
        line += bytes.prefix(room)
        if bytes.count > room { isCut = true }
    }

    /// Hands on the line that has begun, if there is one.
    mutating func finish() {
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        if !text.isEmpty { onLine(isCut ? text + "…" : text) }
        line.removeAll(keepingCapacity: true)
        isCut = false
    }
}
