import CJobsysProcess
import Glibc

/// Wakes up a thread that polls, from any other.
public final class WakeUp: Sendable {
    /// Can be read once ``call()`` was called; to be polled, and read by ``wasCalled()`` alone.
    public let descriptor: Int32
    private let writeEnd: Int32

    /// Makes one that was not called.
    public init() throws(SystemFailure) {
        var (readEnd, writeEnd): (Int32, Int32) = (-1, -1)
        let code = unsafe jobsys_make_pipe(&readEnd, &writeEnd)
        guard code == 0 else { throw SystemFailure("pipe2", code) }
        for end in [readEnd, writeEnd] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        (descriptor, self.writeEnd) = (readEnd, writeEnd)
    }

    deinit {
        close(descriptor)
        close(writeEnd)
    }

    /// Has ``wasCalled()`` say so.
    public func call() {
        var byte: UInt8 = 1
        // A full pipe says it already.
        _ = unsafe write(writeEnd, &byte, 1)
    }

    /// Whether there was a call that was not asked about yet.
    public func wasCalled() -> Bool {
        var byte: UInt8 = 0
        return unsafe read(descriptor, &byte, 1) == 1
    }
}
