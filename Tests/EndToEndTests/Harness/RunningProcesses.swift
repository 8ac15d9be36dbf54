@preconcurrency import Dispatch
import Glibc
import Synchronization

/// The processes that run, so that an interrupted test run leaves none of them behind.
enum RunningProcesses {
    private static let pids = Mutex<Set<pid_t>>([])

    static func add(_ pid: pid_t) {
        _ = watch
        _ = pids.withLock { $0.insert(pid) }
    }

    static func remove(_ pid: pid_t) {
        _ = pids.withLock { $0.remove(pid) }
    }

    /// The default action of these signals would end this process alone.
    private static let watch: [any DispatchSourceSignal] = [SIGINT, SIGTERM, SIGHUP]
        .map { number in
            Glibc.signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                for pid in pids.withLock({ $0 }) { kill(-pid, SIGKILL) }
                _exit(128 + number)
            }
            source.resume()
            return source
        }
}
