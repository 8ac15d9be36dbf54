import ServiceLifecycle

/// Does a piece of work that waits, until a graceful shutdown begins, or a moment longer: the work is cancelled then.
///
/// The moment is for a receive: a queue that has messages answers at once, and were that answer cut off, they would stay
/// hidden from everybody until their visibility ends.
///
/// - Parameters:
///   - moment: How long the work may still take.
///   - clock: What the moment is measured by.
///   - work: The work.
/// - Returns: What the work returns, which it may do even when it is cancelled; nil if the shutdown ended it, or had
///   begun before.
/// - Throws: What the work throws, and `CancellationError` if the task itself is cancelled.
package func untilShutdown<Result: Sendable>(
    andFor moment: Duration = .zero,
    by clock: any Clock<Duration> = ContinuousClock(),
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
    guard !Task.isShuttingDownGracefully else { return nil }
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            // Cancelled, it must not take the work's place: what that brings may not be lost.
            await shutdownBegins()
            if moment > .zero { try? await clock.sleep(for: moment) }
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
/// `gracefulShutdown()` and `cancelWhenGracefulShutdown` end each of their waits by a new task on the pool of threads,
/// which a busy consumer feels.
private func shutdownBegins() async {
    let (shutdown, beginning) = AsyncStream<Void>.makeStream()
    await withGracefulShutdownHandler {
        for await _ in shutdown {}
    } onGracefulShutdown: {
        beginning.finish()
    }
}
