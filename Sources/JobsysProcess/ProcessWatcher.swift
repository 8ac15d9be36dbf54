import CJobsysProcess
import Glibc
import Synchronization

/// A small process that kills the groups of the programs that this process has started, should this process die, however that
/// comes: by SIGKILL too.
///
/// The kernel kills a program itself (`PR_SET_PDEATHSIG`), but not what the program has started. The watcher is forked when the
/// first program starts, and forked again if somebody has ended it; it ends with this process.
public final class ProcessWatcher: Sendable {
    fileprivate struct State {
        var socket: Int32 = -1
        var id: pid_t = 0
        var groups: Set<pid_t> = []
    }

    private let state = Mutex(State())
    private let onFailure: @Sendable (SystemFailure) -> Void

    /// Makes a watcher; nothing is forked yet.
    ///
    /// - Parameter onFailure: Is told when there can be no watcher; programs are started without.
    public init(onFailure: @escaping @Sendable (SystemFailure) -> Void = { _ in }) {
        self.onFailure = onFailure
    }

    deinit {
        state.withLock { $0.end() }
    }

    /// The watcher's process id; nil as long as there is none.
    package var id: Int32? { state.withLock { $0.id > 0 ? $0.id : nil } }

    /// Starts a program that is watched from its first moment; it is given where to say that it is there.
    ///
    /// One at a time: a descriptor that it is given must not be closed, and its number be another's, before it has used it.
    func watching(_ start: (_ socket: Int32) -> (code: Int32, id: pid_t)) -> (code: Int32, id: pid_t) {
        state.withLock { state in
            if let failure = state.begin() { onFailure(failure) }
            let (code, id) = start(state.socket)
            if code == 0 { state.groups.insert(id) }
            return (code, id)
        }
    }

    /// Watches a group no longer, whose processes have been killed.
    func forget(_ group: pid_t) {
        state.withLock { state in
            state.groups.remove(group)
            // One that has ended is begun anew with the next program.
            if state.socket >= 0 { _ = jobsys_tell_watcher(state.socket, -group) }
        }
    }
}

extension ProcessWatcher.State {
    /// Begins a watcher if there is none.
    mutating func begin() -> SystemFailure? {
        if id > 0, waitpid(id, nil, WNOHANG) == 0 { return nil }
        if socket >= 0 { close(socket) }
        (socket, id) = (-1, 0)
        let code = unsafe jobsys_start_watcher(&socket, &id)
        guard code == 0 else { return SystemFailure("starting the watcher of processes", code) }
        for group in groups { _ = jobsys_tell_watcher(socket, group) }
        return nil
    }

    /// Ends the watcher, which kills what is left.
    mutating func end() {
        guard id > 0 else { return }
        close(socket)
        while waitpid(id, nil, 0) < 0, errno == EINTR {}
    }
}
