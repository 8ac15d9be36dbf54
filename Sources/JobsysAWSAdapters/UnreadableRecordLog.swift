import Logging
import Synchronization

/// Warns of records that cannot be read, of each one once: lists reach it again and again.
final class UnreadableRecordLog: Sendable {
    private let known = Mutex<Set<String>>([])

    /// Warns of a record, unless it was warned of before.
    func warn(of error: any Error, key: String) {
        let isNew = known.withLock { known in
            // Beyond so many the oldest need not be remembered: they are warned of twice.
            if known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
            return known.insert(key).inserted
        }
        Logger.current.log(
            level: isNew ? .warning : .debug,
            "record cannot be read: it is left out",
            metadata: ["record.key": "\(key)", "error.message": "\(error)"]
        )
    }

    private static let limit = 10_000
}
