/// Exponential backoff with full jitter: a wait drawn evenly from zero to a bound that doubles with every attempt.
///
/// Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
public struct Backoff: Sendable, Hashable {
    /// The bound after the first attempt.
    public var base: Duration
    /// The bound that is never passed.
    public var limit: Duration

    /// Makes a backoff that starts at `base` and doubles up to `limit`.
    public init(base: Duration, limit: Duration) {
        self.base = base
        self.limit = limit
    }

    /// The longest wait that may follow an attempt, the first of which is 1.
    public func bound(afterAttempt attempt: Int) -> Duration {
        // Beyond 2^20 every sensible limit has long been reached.
        min(base * (1 << min(max(attempt - 1, 0), 20)), limit)
    }

    /// The wait that follows an attempt, where `draw` lies in 0..<1.
    public func delay(afterAttempt attempt: Int, draw: Double) -> Duration {
        bound(afterAttempt: attempt) * draw
    }
}
