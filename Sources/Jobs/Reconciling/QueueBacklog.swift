/// How much waits in a queue.
public protocol QueueBacklog: Sendable {
    /// About how many messages can be received now or will be later, those left out that a worker has.
    ///
    /// - Throws: ``DependencyError``.
    func waiting() async throws -> Int
}
