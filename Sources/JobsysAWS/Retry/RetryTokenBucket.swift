/// What a client may spend on retries; successes earn it back, so that an outage is not met with a storm.
struct RetryTokenBucket: Sendable, Hashable {
    static let capacity = 500
    static let transientCost = 14
    static let throttlingCost = 5

    private(set) var available = capacity

    /// Takes the price of one retry; false and unchanged if there is not enough.
    mutating func take(_ cost: Int) -> Bool {
        guard available >= cost else { return false }
        available -= cost
        return true
    }

    /// Gives back what the last retry cost, or one token for a success at the first attempt.
    mutating func refund(lastCost: Int?) {
        available = min(available + (lastCost ?? 1), Self.capacity)
    }
}
