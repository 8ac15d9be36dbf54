import Glibc

/// The `openssl` command: makes keys and serves TLS.
enum OpenSSL {
    struct Failure: Error {
        let command: String
    }

    /// Runs a command to its end.
    static func run(_ arguments: String...) throws {
        var status: Int32 = 0
        guard waitpid(try spawn(arguments, output: nil), &status, 0) > 0, status == 0 else {
            throw Failure(command: arguments.joined(separator: " "))
        }
    }

    /// Starts a command, with its output into a descriptor.
    static func spawn(_ arguments: [String], output: Int32?) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
        } else {
            posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // What this process has open is nothing to its children: a server's connection would not end with the server.
        for descriptor in 3..<Int32(1024) { posix_spawn_file_actions_addclose(&actions, descriptor) }
        let strings = (["openssl"] + arguments).map { strdup($0) }
        defer { for string in strings { free(string) } }
        var pid: pid_t = 0
        guard posix_spawnp(&pid, "openssl", &actions, nil, strings + [nil], environ) == 0 else {
            throw Failure(command: "openssl")
        }
        return pid
    }
}
