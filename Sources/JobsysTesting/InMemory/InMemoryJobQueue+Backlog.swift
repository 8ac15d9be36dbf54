package import JobsysCore

extension InMemoryJobQueue: QueueBacklog {
    /// How many messages there are, by where they stand.
    package func depth() async throws -> QueueDepth {
        try await checkReachable()
        return currentDepth
    }
}
