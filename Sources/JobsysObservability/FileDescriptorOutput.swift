import Glibc
import Synchronization

/// Where finished log lines go.
public protocol LogOutput: Sendable {
    /// Writes one line, which ends with its newline; must not fail, and must not wait for long.
    func write(_ line: [UInt8])
}

extension LogOutput where Self == FileDescriptorOutput {
    /// The process's standard output.
    public static var standardOutput: FileDescriptorOutput {
        FileDescriptorOutput(descriptor: 1)
    }
}

/// Writes lines to a file descriptor, each with one `write(2)`, whole lines one after the other.
///
/// A reader that has gone away or does not keep up costs log lines, never the service: a line that cannot be written
/// within ``patience`` is dropped and counted, and the lines after it do not wait until the reader takes some again.
/// For a pipe whose reader has gone SIGPIPE must be ignored, as `LoggingSystem.bootstrapLines` sees to.
public final class FileDescriptorOutput: LogOutput {
    private struct State {
        var isStalled = false
        /// The last line was cut off in the middle: the next one has to begin with a newline.
        var isTorn = false
        var droppedLines = 0
    }

    /// How long a line waits for a reader that does not keep up.
    public let patience: Duration
    private let descriptor: Int32
    private let state = Mutex(State())

    /// Creates an output to a descriptor, which stays the caller's.
    public init(descriptor: Int32, patience: Duration = .milliseconds(200)) {
        self.descriptor = descriptor
        self.patience = patience
    }

    /// How many lines have been lost so far.
    public var droppedLines: Int {
        state.withLock { $0.droppedLines }
    }

    /// Writes one line, or drops it.
    public func write(_ line: [UInt8]) {
        state.withLock { state in
            let bytes = state.isTorn ? [UInt8(ascii: "\n")] + line : line
            let deadline = ContinuousClock.now + (state.isStalled ? .zero : patience)
            let written = writeAll(bytes, until: deadline)
            let isWhole = written == bytes.count
            state.isStalled = !isWhole
            state.droppedLines += isWhole ? 0 : 1
            if written > 0 { state.isTorn = !isWhole }
        }
    }

    /// Writes until all is written, the reader is gone or the time is up, and says how much was written.
    private func writeAll(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) -> Int {
        unsafe bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count, isWritable(until: deadline) {
                // A pipe that is ready takes this much at once; a longer write could wait for its reader for ever.
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...].prefix(Int(PIPE_BUF)))
                let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count > 0 {
                    written += count
                } else if errno != EINTR && (errno != EAGAIN || ContinuousClock.now >= deadline) {
                    break
                }
            }
            return written
        }
    }

    private func isWritable(until deadline: ContinuousClock.Instant) -> Bool {
        while true {
            let left = max(.zero, ContinuousClock.now.duration(to: deadline))
            var target = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let ready = unsafe poll(&target, 1, Int32(min(left / .milliseconds(1), 60_000)))
            if ready > 0 { return target.revents & Int16(POLLOUT) != 0 }
            if ready == 0 || errno != EINTR { return false }
        }
    }
}
