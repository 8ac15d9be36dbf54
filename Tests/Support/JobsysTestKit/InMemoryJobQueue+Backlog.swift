public import JobsysCore

extension InMemoryJobQueue: QueueBacklog {
    /// How many messages there are, by where they stand.
    public func depth() async throws -> QueueDepth {
        try await checkReachable()
        return currentDepth
    }
}
