import Jobs

/// A queue whose first receive returns just after the worker was told to stop, as an answer on its way does.
actor LateArrival: JobQueue {
    private let queue: any JobQueue
    private var stop: (@Sendable () -> Void)?
    private var waiter: CheckedContinuation<Void, Never>?

    init(queue: any JobQueue) {
        self.queue = queue
    }

    /// Lets the receive go on, after `stop` was called.
    func deliver(after stop: @escaping @Sendable () -> Void) {
        self.stop = stop
        waiter?.resume()
        waiter = nil
    }

    func receive(upTo limit: Int, wait: Duration, visibility: Duration) async throws -> [Delivery] {
        let batch = try await queue.receive(upTo: limit, wait: wait, visibility: visibility)
        if stop == nil {
            await withCheckedContinuation { waiter = $0 }
        }
        stop?()
        return batch
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
