/// Decides after each failed attempt of one operation what comes next; it does nothing itself.
struct RetryPlan {
    enum Step: Hashable {
        case retry(after: Duration)
        case giveUp(after: Duration)
    }

    private(set) var attempt = 1
    private(set) var lastCost: Int?
    let maxAttempts: Int

    private let isLongPoll: Bool
    private var transientDelays: RetryDelays
    private var throttlingDelays: RetryDelays
    private var hasRefreshedCredentials = false

    init(maxAttempts: Int, baseDelay: Duration, isLongPoll: Bool, random: @escaping @Sendable () -> Double) {
        self.maxAttempts = maxAttempts
        self.isLongPoll = isLongPoll
        transientDelays = RetryDelays(base: baseDelay, random: random)
        throttlingDelays = RetryDelays(base: .seconds(1), random: random)
    }

    /// The step after a failure, with `remaining` time for the operation; a retry is paid for from the bucket.
    mutating func step(
        after verdict: RetryVerdict,
        retryAfter: Duration?,
        remaining: Duration?,
        bucket: inout RetryTokenBucket
    ) -> Step {
        guard attempt < maxAttempts else { return .giveUp(after: .zero) }
        let cost: Int
        var delay: Duration
        // Both sequences move on, so that the i-th retry has the i-th pause of its sort.
        let (transientDelay, throttlingDelay) = (transientDelays.next() ?? .zero, throttlingDelays.next() ?? .zero)
        switch verdict {
        case .fail: return .giveUp(after: .zero)
        case .refreshCredentials: return refreshStep()
        case .correctClock:
            attempt += 1
            return .retry(after: .zero)
        case .transient: (cost, delay) = (RetryTokenBucket.transientCost, transientDelay)
        case .throttled: (cost, delay) = (RetryTokenBucket.throttlingCost, throttlingDelay)
        }
        if let retryAfter { delay = max(delay, min(retryAfter, delay + .seconds(5))) }
        if let remaining, delay >= remaining { return .giveUp(after: .zero) }
        guard bucket.take(cost) else { return .giveUp(after: isLongPoll ? delay : .zero) }
        lastCost = cost
        attempt += 1
        return .retry(after: delay)
    }

    private mutating func refreshStep() -> Step {
        guard !hasRefreshedCredentials else { return .giveUp(after: .zero) }
        hasRefreshedCredentials = true
        attempt += 1
        return .retry(after: .zero)
    }
}

/// The pauses before each further attempt, without end: `random * min(base * 2^i, limit)`.
struct RetryDelays: Sequence, IteratorProtocol {
    private var ceiling: Duration
    private let limit: Duration
    private let random: @Sendable () -> Double

    init(base: Duration, limit: Duration = .seconds(20), random: @escaping @Sendable () -> Double) {
        ceiling = Swift.min(base, limit)
        self.limit = limit
        self.random = random
    }

    mutating func next() -> Duration? {
        let delay = ceiling * random()
        ceiling = Swift.min(ceiling * 2, limit)
        return delay
    }
}

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
