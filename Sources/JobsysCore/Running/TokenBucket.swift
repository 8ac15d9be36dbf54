/// Spreads starts evenly: so many a second, and as many at once after a second without any.
struct TokenBucket: Sendable, Hashable {
    /// What a request for a start is answered with.
    enum Reservation: Sendable, Hashable {
        /// The start is reserved for so long from now.
        case granted(after: Duration)
        /// Nothing is reserved; it is worth to ask again after so long.
        case refused(for: Duration)
    }

    private let rate: Double
    private var tokens: Double
    private var updatedAt: Duration

    init(perSecond rate: Int, at now: Duration) {
        self.rate = Double(rate)
        tokens = self.rate
        updatedAt = now
    }

    /// Reserves a start that is at most `patience` away.
    mutating func reserve(at now: Duration, patience: Duration) -> Reservation {
        tokens = min(rate, tokens + (now - updatedAt) / .seconds(1) * rate)
        updatedAt = now
        let wait = Duration.seconds(max(0, (1 - tokens) / rate))
        guard wait <= patience else { return .refused(for: wait) }
        tokens -= 1
        return .granted(after: wait)
    }
}
