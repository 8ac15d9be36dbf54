import Glibc

/// Both ends of a pipe; what is open is closed with the last use.
final class Pipe {
    let readEnd: Int32
    private(set) var writeEnd: Int32

    init() throws(SystemFailure) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw SystemFailure("pipe", errno) }
        // For the programs that somebody else starts: they would keep the pipe open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        closeWriteEnd()
    }

    /// Closes the end that somebody else has got.
    func closeWriteEnd() {
        if writeEnd >= 0 { close(writeEnd) }
        writeEnd = -1
    }
}
