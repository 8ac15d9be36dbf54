public import Jobs

extension InMemoryJobQueue: QueueBacklog {
    /// How many messages nobody has.
    public func waiting() async throws -> Int {
        try await checkReachable()
        return waitingCount
    }
}
