import ServiceLifecycle

/// Runs work that a graceful shutdown cancels, such as a wait for more to do; nil if the shutdown ended it or came
/// before it.
///
/// - Throws: What the work throws; `CancellationError` only if the calling task itself was cancelled.
func untilShutdown<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
    guard !Task.isShuttingDownGracefully else { return nil }
    do {
        return try await cancelWhenGracefulShutdown(work)
    } catch is CancellationError where Task.isShuttingDownGracefully && !Task.isCancelled {
        return nil
    }
}
