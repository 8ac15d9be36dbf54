import Synchronization

/// The jobs that run, by the time of their start.
final class RunningJobs: Sendable {
    private struct State {
        var counter = 0
        var starts: [Int: Duration] = [:]
    }

    private let state = Mutex(State())
    private let elapsed: @Sendable () -> Duration

    /// Makes an empty list.
    ///
    /// - Parameter elapsed: The time so far.
    init(elapsed: @escaping @Sendable () -> Duration) {
        self.elapsed = elapsed
    }

    /// Adds a job that starts now; returns its number in this list.
    func begin() -> Int {
        let now = elapsed()
        return state.withLock { state in
            state.counter += 1
            state.starts[state.counter] = now
            return state.counter
        }
    }

    /// Removes a job that has ended.
    func end(_ id: Int) {
        state.withLock { _ = $0.starts.removeValue(forKey: id) }
    }

    /// How long the longest-running job has run; zero if none runs.
    var longest: Duration {
        let now = elapsed()
        return state.withLock { $0.starts.values.min() }.map { now - $0 } ?? .zero
    }
}
