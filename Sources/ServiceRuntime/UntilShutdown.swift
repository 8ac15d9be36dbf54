import ServiceLifecycle

/// Does a piece of work that waits, until a graceful shutdown begins: the work is cancelled then.
///
/// - Returns: What the work returns; nil if the shutdown ended it, or had begun before.
/// - Throws: What the work throws, and `CancellationError` if the task itself is cancelled.
package func untilShutdown<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
    guard !Task.isShuttingDownGracefully else { return nil }
    do {
        return try await cancelWhenGracefulShutdown(work)
    } catch is CancellationError where Task.isShuttingDownGracefully && !Task.isCancelled {
        return nil
    }
}

/// Does a piece of work that waits, until a moment after a graceful shutdown begins: the work is cancelled then.
///
/// For a receive: a queue that has messages answers at once, and were that answer cut off, they would stay hidden from
/// everybody until their visibility ends.
///
/// - Parameters:
///   - moment: How long the work may still take.
///   - clock: What the moment is measured by.
///   - work: The work.
/// - Returns: What the work returns, which it may do even when it is cancelled; nil if the shutdown ended it, or had
///   begun before.
/// - Throws: What the work throws, and `CancellationError` if the task itself is cancelled.
package func untilShutdown<Result: Sendable>(
    andFor moment: Duration,
    by clock: any Clock<Duration>,
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
    guard !Task.isShuttingDownGracefully else { return nil }
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            // Cancelled, it must not take the work's place: what that brings may not be lost.
            try? await gracefulShutdown()
            try? await clock.sleep(for: moment)
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
