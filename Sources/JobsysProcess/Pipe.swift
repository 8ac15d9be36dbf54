import CJobsysProcess
import Glibc

/// Both ends of a pipe, neither of which any other program gets; what is open is closed with the last use.
public final class Pipe {
    /// Where it is read; -1 once it is closed.
    public private(set) var readEnd: Int32
    /// Where it is written; -1 once it is closed.
    public private(set) var writeEnd: Int32

    /// Makes a pipe.
    public init() throws(SystemFailure) {
        (readEnd, writeEnd) = (-1, -1)
        let code = unsafe jobsys_make_pipe(&readEnd, &writeEnd)
        guard code == 0 else { throw SystemFailure("pipe2", code) }
    }

    deinit {
        closeReadEnd()
        closeWriteEnd()
    }

    /// Closes the end that is read.
    public func closeReadEnd() {
        if readEnd >= 0 { close(readEnd) }
        readEnd = -1
    }

    /// Closes the end that is written, such as one that a program has got.
    public func closeWriteEnd() {
        if writeEnd >= 0 { close(writeEnd) }
        writeEnd = -1
    }
}

/// A call of the system that failed.
public struct SystemFailure: Error, Sendable, CustomStringConvertible {
    /// The call.
    public let call: String
    /// Its error number.
    public let code: Int32

    /// Creates the error.
    public init(_ call: String, _ code: Int32) {
        (self.call, self.code) = (call, code)
    }

    /// For example: `pipe2 failed: Too many open files`.
    public var description: String { "\(call) failed: \(systemMessage(code))" }
}

/// What the system says about an error number.
public func systemMessage(_ code: Int32) -> String {
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "errno \(code)"
}
