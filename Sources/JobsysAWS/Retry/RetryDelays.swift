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
