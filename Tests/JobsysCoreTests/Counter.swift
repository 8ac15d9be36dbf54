import Synchronization

/// Counts what happens, whoever sees it.
final class Counter: Sendable {
    private let counted = Mutex(0)

    var count: Int { counted.withLock { $0 } }

    func increment() {
        counted.withLock { $0 += 1 }
    }
}
