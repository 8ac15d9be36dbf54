/// Decides when waiting entries go out together; what it decides is done by ``BatchCoalescer``.
///
/// An entry that finds nothing under way goes out at once, alone. While a batch is under way others gather, and leave
/// when it returns or when they are a full batch. So an idle system waits for nothing, and a busy one fills its batches.
struct BatchState<Waiter: Sendable>: Sendable {
    private var waiting: [Waiter] = []
    private var underWay = 0
    private let batchLimit: Int
    private let concurrencyLimit: Int

    init(batchLimit: Int, concurrencyLimit: Int) {
        self.batchLimit = batchLimit
        self.concurrencyLimit = concurrencyLimit
    }

    /// Takes an entry in; answers the batch that is to be sent now, if any.
    mutating func add(_ waiter: Waiter) -> [Waiter]? {
        waiting.append(waiter)
        guard underWay == 0 || waiting.count >= batchLimit else { return nil }
        return next()
    }

    /// Notes that a batch has returned; answers the batch that is to be sent now, if any.
    mutating func finish() -> [Waiter]? {
        underWay -= 1
        return next()
    }

    private mutating func next() -> [Waiter]? {
        guard !waiting.isEmpty, underWay < concurrencyLimit else { return nil }
        underWay += 1
        let batch = Array(waiting.prefix(batchLimit))
        waiting.removeFirst(batch.count)
        return batch
    }
}
