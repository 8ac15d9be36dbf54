import Synchronization

/// Since when each of the jobs runs that run.
final class RunningJobs: Sendable {
    private struct State {
        var counter = 0
        var starts: [Int: Duration] = [:]
    }

    private let state = Mutex(State())
    private let elapsed: @Sendable () -> Duration

    /// Makes a list without any.
    ///
    /// - Parameter elapsed: The time so far.
    init(elapsed: @escaping @Sendable () -> Duration) {
        self.elapsed = elapsed
    }

    /// Notes that a job begins; answers what it is called here.
    func begin() -> Int {
        let now = elapsed()
        return state.withLock { state in
            state.counter += 1
            state.starts[state.counter] = now
            return state.counter
        }
    }

    /// Notes that a job has ended.
    func end(_ id: Int) {
        state.withLock { _ = $0.starts.removeValue(forKey: id) }
    }

    /// For how long the job has run that has run longest; zero if none runs.
    var longest: Duration {
        let now = elapsed()
        return state.withLock { $0.starts.values.min() }.map { now - $0 } ?? .zero
    }
}
