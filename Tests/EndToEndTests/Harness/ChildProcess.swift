import Glibc
import Synchronization

/// A process that the tests started.
///
/// It is known by its pid alone, and its output goes to files that stay for a look.
final class ChildProcess: Sendable {
    let name: String
    let pid: pid_t
    let output: OutputFile
    let errors: OutputFile
    private let ended = Mutex<ExitStatus?>(nil)

    /// Starts an executable with this environment and no other, in a process group of its own.
    init(
        _ executable: String,
        _ arguments: [String] = [],
        environment: [String: String],
        name: String,
        folder: String
    ) throws {
        self.name = name
        output = OutputFile(path: "\(folder)/\(name).log")
        errors = OutputFile(path: "\(folder)/\(name).err")
        pid = try Self.spawn([executable] + arguments, environment, output: output.path, errors: errors.path)
        RunningProcesses.add(pid)
    }

    /// How the process ended; nil while it runs.
    var exitStatus: ExitStatus? {
        ended.withLock { ended in
            if ended == nil { ended = wait(WNOHANG) }
            return ended
        }
    }

    /// Sends a signal, unless the process has ended and its pid may be a stranger's.
    func signal(_ number: Int32) {
        ended.withLock { ended in
            if ended == nil { ended = wait(WNOHANG) }
            if ended == nil { kill(pid, number) }
        }
    }

    /// Waits for the end.
    func exitStatus(within limit: Duration) async throws -> ExitStatus {
        try await eventually(within: limit, "\(name) ends", every: .milliseconds(10)) { exitStatus }
    }

    /// Ends the process at once, if it still runs, with all that it has started.
    func end() {
        ended.withLock { ended in
            if ended == nil { ended = wait(WNOHANG) }
            guard ended == nil else { return }
            kill(-pid, SIGKILL)
            ended = wait(0)
        }
    }

    private func wait(_ options: Int32) -> ExitStatus? {
        var status: Int32 = 0
        guard waitpid(pid, &status, options) == pid else { return nil }
        RunningProcesses.remove(pid)
        return ExitStatus(waitStatus: status)
    }
}

extension ChildProcess {
    private static func spawn(
        _ command: [String],
        _ environment: [String: String],
        output: String,
        errors: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, flags, 0o644)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, flags, 0o644)
        keepFilesFromChildren()

        var attributes = try freshAttributes()
        defer { posix_spawnattr_destroy(&attributes) }
        var pid: pid_t = 0
        let code = withCStrings(command) { arguments in
            withCStrings(environment.map { "\($0)=\($1)" }) { variables in
                posix_spawn(&pid, command[0], &actions, &attributes, arguments, variables)
            }
        }
        guard code == 0 else { throw HarnessError("\(command[0]) does not start: \(String(cString: strerror(code)))") }
        return pid
    }

    /// What this process has open is nothing to its children.
    private static func keepFilesFromChildren() {
        for descriptor in STDERR_FILENO + 1..<1024 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }

    /// A group of its own, no signal blocked, and each with its default action: whatever this process has set.
    private static func freshAttributes() throws -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return attributes
    }

    private static func withCStrings<Result>(
        _ texts: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
