import CJobsysProcess
import Glibc

/// A program that was started without a shell, in a process group of its own.
///
/// `posix_spawn` cannot have it killed with this process, and the package swift-subprocess, which builds on the same calls,
/// can neither do that nor hand over a fourth descriptor; so the calls are made in C, between `vfork` and `execve`.
///
/// The thread that starts a program must live until it has been reaped: it is killed when the thread ends.
public struct ChildProcess: Sendable {
    /// How a program ended.
    public enum End: Sendable, Hashable, CustomStringConvertible {
        case exit(Int32)
        case signal(Int32)

        /// The status or the signal.
        public var description: String {
            switch self {
            case .exit(let status): "status \(status)"
            case .signal(let number): "signal \(number)"
            }
        }
    }

    /// What a program reads and writes; -1 is `/dev/null`, and for ``progress`` nothing.
    public struct Descriptors: Sendable {
        /// Standard input.
        public var input: Int32
        /// Standard output.
        public var output: Int32
        /// Standard error.
        public var errors: Int32
        /// Descriptor 3.
        public var progress: Int32

        /// Makes the descriptors of a program; each that is given is ``ChildProcess/firstFreeDescriptor`` or above.
        public init(input: Int32 = -1, output: Int32 = -1, errors: Int32 = -1, progress: Int32 = -1) {
            (self.input, self.output, self.errors, self.progress) = (input, output, errors, progress)
        }
    }

    /// The first descriptor that no program is given.
    public static let firstFreeDescriptor: Int32 = 4

    /// The process id, which is its group's too.
    public let id: Int32
    private let watcher: ProcessWatcher?

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: The program, as seen from `directory`; see ``programPath(_:directory:environment:)``.
    ///   - words: Its name and its arguments.
    ///   - environment: All of its environment.
    ///   - directory: Its working directory; nil for this process's.
    ///   - descriptors: What it reads and writes; all else that this process has open is closed to it.
    ///   - watcher: Kills what the program has started, too, when this process dies.
    /// - Throws: ``SystemFailure`` if the program cannot be started.
    public init(
        path: String,
        words: [String],
        environment: [String: String],
        directory: String? = nil,
        descriptors: Descriptors,
        watcher: ProcessWatcher? = nil
    ) throws(SystemFailure) {
        let list = [descriptors.input, descriptors.output, descriptors.errors, descriptors.progress]
        let path = unsafe CStrings([path])
        let directory = unsafe CStrings(directory.map { [$0] } ?? [])
        let arguments = unsafe CStrings(words)
        let variables = unsafe CStrings(environment.map { "\($0)=\($1)" })
        func start(_ socket: Int32) -> (code: Int32, id: pid_t) {
            var start = unsafe jobsys_start()
            unsafe start.path = UnsafePointer(path.pointers[0])
            unsafe start.directory = UnsafePointer(directory.pointers[0])
            unsafe start.descriptors = (list[0], list[1], list[2], list[3])
            unsafe start.watcher = socket
            var id = pid_t()
            let code = unsafe arguments.pointers.withUnsafeBufferPointer { arguments in
                unsafe variables.pointers.withUnsafeBufferPointer { variables in
                    unsafe start.arguments = arguments.baseAddress
                    unsafe start.environment = variables.baseAddress
                    return unsafe jobsys_start_program(&start, &id)
                }
            }
            return (code, id)
        }
        let (code, id) = watcher.map { $0.watching(start) } ?? start(-1)
        guard code == 0 else { throw SystemFailure("starting the program", code) }
        (self.id, self.watcher) = (id, watcher)
    }

    /// Sends a signal to the program and to what it has started, as far as that is in its group.
    ///
    /// Not after ``reap()``: the number may then be another group's.
    public func signal(_ number: Int32) {
        _ = kill(-id, number)
    }

    /// A descriptor that can be read once the program has ended; the caller closes it.
    ///
    /// - Returns: -1 where the kernel has no such descriptors, or no more of them.
    public func makeEndDescriptor() -> Int32 {
        jobsys_open_process(id)
    }

    /// Whether the program has ended; it is not reaped.
    public var hasEnded: Bool {
        get throws(SystemFailure) {
            var info = unsafe siginfo_t()
            guard unsafe waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT | WNOHANG) == 0 else {
                throw SystemFailure("waitid", errno)
            }
            return unsafe info.si_signo == SIGCHLD
        }
    }

    /// Kills what is left of the group, waits for the end of the program, and tells how it ended.
    ///
    /// Where this process is the one that orphans come to, as the first process of a container is, those of the group are
    /// reaped as well.
    @discardableResult
    public func reap() throws(SystemFailure) -> End {
        // As long as the program is not reaped its number is nobody else's.
        signal(SIGKILL)
        watcher?.forget(id)
        var status: Int32 = 0
        while unsafe waitpid(id, &status, 0) < 0 {
            guard errno == EINTR else { throw SystemFailure("waitpid", errno) }
        }
        // They were killed, but may take a moment to die; one that cannot be killed is not waited for.
        for _ in 0..<100 {
            let found = waitpid(-id, nil, WNOHANG)
            if found < 0 { break }
            if found == 0 { poll(nil, 0, 5) }
        }
        return status & 0x7F == 0 ? .exit((status >> 8) & 0xFF) : .signal(status & 0x7F)
    }
}

/// Strings as C wants a list of them; freed with the last reference.
@unsafe private final class CStrings {
    private(set) var pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) {
        unsafe pointers = strings.map { unsafe strdup($0) } + [nil]
    }

    deinit {
        for index in unsafe pointers.indices { unsafe free(pointers[index]) }
    }
}
