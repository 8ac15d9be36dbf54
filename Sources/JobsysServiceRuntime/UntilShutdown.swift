import ServiceLifecycle

/// Does a piece of work that waits, until a graceful shutdown begins or for a while longer; then the work is cancelled.
///
/// A receive from a queue must not be cancelled as soon as the shutdown begins: see ``LongPoll``.
///
/// - Parameters:
///   - patience: How long the work may still take after the shutdown has begun.
///   - clock: What the patience is measured by.
///   - work: The work.
/// - Returns: What the work returns, which it may do even when it is cancelled; nil if the shutdown ended it, or had
///   begun before.
/// - Throws: What the work throws, and `CancellationError` if the task itself is cancelled.
package func untilShutdown<Result: Sendable>(
    andFor patience: Duration = .zero,
    by clock: any Clock<Duration> = ContinuousClock(),
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
    guard !Task.isShuttingDownGracefully else { return nil }
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            // When the work has returned, this is cancelled; it returns nil then, too, so that the work's result counts.
            await shutdownBegins()
            if patience > .zero { try? await clock.sleep(for: patience) }
            return nil
        }
        if let result = try await group.next() ?? nil {
            group.cancelAll()
            return result
        }
        group.cancelAll()
        do {
            return try await group.next() ?? nil
        } catch is CancellationError where !Task.isCancelled {
            return nil
        }
    }
}

/// Waits until a graceful shutdown begins or the task is cancelled.
///
/// `gracefulShutdown()` and `cancelWhenGracefulShutdown` end each of their waits by a new task on the pool of threads: two
/// more changes of threads for each receive, which is measurable under load.
private func shutdownBegins() async {
    let (shutdown, beginning) = AsyncStream<Void>.makeStream()
    await withGracefulShutdownHandler {
        for await _ in shutdown {}
    } onGracefulShutdown: {
        beginning.finish()
    }
}
