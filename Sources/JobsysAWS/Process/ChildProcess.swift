import Glibc

/// A program that was started without a shell, with nothing to read and its output in pipes.
struct ChildProcess {
    /// How a program ended.
    enum End: Sendable, Hashable, CustomStringConvertible {
        case exit(Int32)
        case signal(Int32)

        var description: String {
            switch self {
            case .exit(let status): "status \(status)"
            case .signal(let number): "signal \(number)"
            }
        }
    }

    let output: Pipe
    let errors: Pipe
    private let id: pid_t

    /// Starts the program that the first word names, looked up in this process's `PATH`.
    init(_ words: [String], environment: [String: String]) throws(SystemFailure) {
        (output, errors) = (try Pipe(), try Pipe())
        id = try Self.spawn(words, environment, output: output.writeEnd, errors: errors.writeEnd)
        output.closeWriteEnd()
        errors.closeWriteEnd()
    }

    /// Ends the program and what it has started, at once.
    func kill() {
        _ = Glibc.kill(-id, SIGKILL)
    }

    /// Waits for the end of a program that was killed.
    func reap() {
        while waitpid(id, nil, 0) < 0, errno == EINTR {}
    }

    /// Whether the program has ended, and how.
    func end() throws(SystemFailure) -> End? {
        var status: Int32 = 0
        let found = unsafe waitpid(id, &status, WNOHANG)
        guard found >= 0 || errno == EINTR else { throw SystemFailure("waitpid", errno) }
        guard found > 0 else { return nil }
        return status & 0x7F == 0 ? .exit((status >> 8) & 0xFF) : .signal(status & 0x7F)
    }

    private static func spawn(
        _ words: [String],
        _ environment: [String: String],
        output: Int32,
        errors: Int32
    ) throws(SystemFailure) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, errors, 2)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // A group of its own, to be ended as a whole; signals as a program expects them, not as this process has them.
        var (none, all) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        let arguments = unsafe CStrings(words)
        let variables = unsafe CStrings(environment.map { "\($0)=\($1)" })
        var id = pid_t()
        let error = unsafe posix_spawnp(
            &id,
            words.first ?? "",
            &actions,
            &attributes,
            arguments.pointers,
            variables.pointers
        )
        guard error == 0 else { throw SystemFailure("starting the program", error) }
        return id
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
