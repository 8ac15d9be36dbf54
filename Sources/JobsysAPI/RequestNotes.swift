import Logging
import Synchronization

/// What the line that tells of a request says of what the request did.
///
/// One line a request is what a busy API can afford, and it is written where nobody knows about jobs.
final class RequestNotes: Sendable {
    /// Those of the request that this task answers; nil outside of one.
    @TaskLocal static var current: RequestNotes?

    private let state = Mutex<Logger.Metadata>([:])

    var metadata: Logger.Metadata { state.withLock { $0 } }

    func add(_ metadata: Logger.Metadata) {
        state.withLock { $0.merge(metadata) { _, new in new } }
    }
}
