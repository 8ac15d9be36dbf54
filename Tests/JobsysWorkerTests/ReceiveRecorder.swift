import JobsysCore
import Synchronization

/// A queue that notes how long each receive was to wait, and how it ended.
final class ReceiveRecorder: JobQueue {
    enum End: Sendable, Hashable {
        case messages(Int)
        case cancelled
        case failed
    }

    var limits: QueueLimits { queue.limits }
    private let queue: any JobQueue
    private let state = Mutex((waits: [Duration](), ends: [End]()))

    var waits: [Duration] { state.withLock(\.waits) }
    var ends: [End] { state.withLock(\.ends) }

    init(_ queue: any JobQueue) {
        self.queue = queue
    }

    func receive(upTo limit: Int, wait: Duration, visibility: Duration) async throws -> [Delivery] {
        state.withLock { $0.waits.append(wait) }
        do {
            let batch = try await queue.receive(upTo: limit, wait: wait, visibility: visibility)
            state.withLock { $0.ends.append(.messages(batch.count)) }
            return batch
        } catch {
            state.withLock { $0.ends.append(error is CancellationError ? .cancelled : .failed) }
            throw error
        }
    }

    func delete(_ delivery: Delivery) async throws {
        try await queue.delete(delivery)
    }

    func hide(_ delivery: Delivery, for duration: Duration) async throws {
        try await queue.hide(delivery, for: duration)
    }

    func checkReachable() async throws {
        try await queue.checkReachable()
    }
}
