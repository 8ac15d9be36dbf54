import Synchronization

/// Counts calls.
final class Counter: Sendable {
    private let count = Mutex(0)

    /// The number of calls, this one included.
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
