/// How much is in a queue.
public protocol QueueBacklog: Sendable {
    /// About how many messages are in the queue, by where they stand.
    ///
    /// - Throws: ``DependencyError``.
    func depth() async throws -> QueueDepth
}
