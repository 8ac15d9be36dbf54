import ArgumentParser
import Glibc
import JobsysObservability

/// The process's standard output, written without a buffer: what was written is there, whatever ends the process.
enum StandardOutput {
    /// Makes failures of writing visible as errors.
    ///
    /// SIGPIPE would end the process in the middle of its work. A closed descriptor 1 would be given to the next file
    /// or socket that is opened; one that can only be read takes its place.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Writes a line, and returns when all of it was taken.
    static func write(_ line: String) throws(OutputFailure) {
        try write(Array("\(line)\n".utf8), to: STDOUT_FILENO)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(OutputFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // The process that started this one shares the descriptor, and has made it non-blocking.
                var target = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                unsafe poll(&target, 1, -1)
            } else if errno != EINTR {
                throw OutputFailure(code: errno)
            }
        }
    }
}

/// Standard output cannot be written.
struct OutputFailure: Error, Hashable, CustomStringConvertible {
    /// The `errno` of it.
    let code: Int32

    /// Whether nobody reads it any more, as after `| head`, which is no error of anybody.
    var isClosedPipe: Bool { code == EPIPE }

    /// As shells report it of a process that SIGPIPE has ended; else 74.
    var exitCode: ExitCode { isClosedPipe ? ExitCode(128 + SIGPIPE) : .outputFailed }

    var description: String { unsafe "standard output cannot be written: \(String(cString: strerror(code)))" }
}

/// The process's standard error.
enum StandardError {
    /// Writes a line; one that cannot be written is dropped, as there is no other place to report it.
    static func write(_ line: String) {
        writePart("\(line)\n")
    }

    /// Writes a text that need not be a whole line.
    static func writePart(_ text: String) {
        FileDescriptorOutput(descriptor: STDERR_FILENO).write(Array(text.utf8))
    }
}
