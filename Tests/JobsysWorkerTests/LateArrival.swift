import JobsysCore

/// A queue whose first receive returns a little after the worker was told to stop, as an answer on its way does.
actor LateArrival: JobQueue {
    nonisolated let limits: QueueLimits
    private let queue: any JobQueue
    private var stop: (@Sendable () -> Void)?
    private var waiters: [CheckedContinuation<Void, Never>] = []
    /// Whether the receive was cancelled before it could return; nil until it returns.
    private(set) var wasCutOff: Bool?

    init(queue: any JobQueue) {
        self.queue = queue
        limits = queue.limits
    }

    /// Calls `stop` in the middle of the receive, and waits for its end.
    func deliver(after stop: @escaping @Sendable () -> Void) async {
        self.stop = stop
        wake()
        while wasCutOff == nil { await withCheckedContinuation { waiters.append($0) } }
    }

    func receive(upTo limit: Int, wait: Duration, visibility: Duration) async throws -> [Delivery] {
        let batch = try await queue.receive(upTo: limit, wait: wait, visibility: visibility)
        while stop == nil { await withCheckedContinuation { waiters.append($0) } }
        stop?()
        // Time enough for a cancellation to arrive.
        for _ in 0..<100 { await Task.yield() }
        wasCutOff = Task.isCancelled
        wake()
        return batch
    }

    private func wake() {
        for waiter in waiters { waiter.resume() }
        waiters = []
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
