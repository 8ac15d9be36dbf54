import Glibc

/// How a process ended.
enum ExitStatus: Sendable, Hashable {
    /// By itself, with this code.
    case exited(Int32)
    /// By this signal.
    case killed(Int32)

    /// Reads what `waitpid` says.
    init(waitStatus status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal)
    }
}
