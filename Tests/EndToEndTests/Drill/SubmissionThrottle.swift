/// Lets jobs be submitted as fast as the workers take them, and no faster: those that wait when the faults end have an easy
/// life.
actor SubmissionThrottle {
    private let queue: Queue
    private var waiting = 0
    private var nextLook = ContinuousClock.now

    init(_ queue: Queue) {
        self.queue = queue
    }

    /// Waits until few jobs wait.
    func pass() async throws {
        while true {
            if ContinuousClock.now >= nextLook {
                nextLook = .now + Self.interval
                waiting = try await queue.waiting()
            }
            guard waiting >= Self.limit else { break }
            try await Task.sleep(for: Self.interval)
        }
        // Until the next look it counts for itself.
        waiting += 1
    }

    private static let limit = 100
    private static let interval: Duration = .milliseconds(250)
}
