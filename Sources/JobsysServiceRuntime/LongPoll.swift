/// The wait of a receive, short enough for a stop to let it end by itself.
///
/// A queue does not notice that a receiver has gone. It goes on with the wait of a receive whose connection was closed, and
/// the next message goes there and is hidden from everybody until its visibility ends. So a stop does not cancel a
/// receive: it lets it end and hands back what it brings. For that the wait must be shorter than the grace period.
///
/// Source: Amazon SQS Developer Guide, "Amazon SQS short and long polling" (a wait of 1 to 20 seconds).
package struct LongPoll: Sendable, Hashable {
    /// How long a receive waits for a first message, in whole seconds.
    package let wait: Duration

    /// Makes a poll that ends within a grace period, if that is 3 seconds or more, and in 3 seconds otherwise.
    ///
    /// - Parameters:
    ///   - longest: The longest wait; SQS allows 20 seconds.
    ///   - grace: How long a stop waits for what runs.
    package init(longest: Duration = .seconds(20), grace: Duration) {
        // Without any wait an idle receiver would ask the queue without a pause.
        let fitting = max(grace - Self.timeForAnswer, .seconds(1))
        wait = min(longest, .seconds((fitting / .seconds(1)).rounded(.down)))
    }

    /// How long after the beginning of a stop a receive is given up that has not ended by itself: the queue does not
    /// answer.
    package var patience: Duration { wait + Self.timeForAnswer }

    /// Receives, unless a graceful shutdown has begun; one that begins meanwhile lets the receive end by itself.
    ///
    /// - Parameters:
    ///   - clock: What ``patience`` is measured by.
    ///   - receive: Receives with a wait; it must heed cancellation.
    /// - Returns: What it returns; nil if a shutdown had begun before, or has ended it after ``patience``.
    /// - Throws: What it throws, and `CancellationError` if the task itself is cancelled.
    package func perform<Result: Sendable>(
        by clock: any Clock<Duration> = ContinuousClock(),
        _ receive: @escaping @Sendable (_ wait: Duration) async throws -> Result
    ) async throws -> Result? {
        try await untilShutdown(andFor: patience, by: clock) { [wait] in try await receive(wait) }
    }

    /// For the answer to arrive after the wait, and for its messages to be handed back.
    private static let timeForAnswer: Duration = .seconds(2)
}
