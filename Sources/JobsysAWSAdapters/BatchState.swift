/// Decides when waiting entries go out together; what it decides is done by ``BatchCoalescer``.
///
/// An entry that finds nothing under way goes out at once, alone. While batches are under way others gather, and leave
/// when the last of those returns, when they are a full batch, or when they are found waiting at two looks. So an idle
/// system waits for nothing, a busy one fills its batches, and a call that hangs holds up nobody else's entry.
struct BatchState<Waiter: Sendable>: Sendable {
    /// Entries that go out together.
    struct Batch: Sendable {
        var waiters: [Waiter]
        /// How many entries had come before the batch went out.
        fileprivate var mark: Int
    }

    private var waiting: [Waiter] = []
    /// How many entries have come in all.
    private var count = 0
    private var underWay = 0
    /// How many entries had come at the last look; nil while nobody looks.
    private var seen: Int?
    private let batchLimit: Int
    private let concurrencyLimit: Int

    init(batchLimit: Int, concurrencyLimit: Int) {
        self.batchLimit = batchLimit
        self.concurrencyLimit = concurrencyLimit
    }

    /// Takes an entry in; answers the batch that is to be sent now, if any.
    mutating func add(_ waiter: Waiter) -> Batch? {
        waiting.append(waiter)
        count += 1
        return next()
    }

    /// Whether somebody has to begin to look after what waits; whoever is told so does.
    mutating func takeWatch() -> Bool {
        guard seen == nil, !waiting.isEmpty else { return false }
        seen = count
        return true
    }

    /// Looks after what waits.
    ///
    /// - Returns: The batch that has waited since the look before and is to be sent now, if any; and whether somebody has
    ///   to look again.
    mutating func look() -> (overdue: Batch?, goesOn: Bool) {
        let isOverdue = seen.map { first < $0 } ?? false
        let batch = isOverdue && !waiting.isEmpty && underWay < concurrencyLimit ? take() : nil
        seen = waiting.isEmpty ? nil : count
        return (batch, seen != nil)
    }

    /// Notes that a batch has returned; answers the batch that is to be sent now, if any.
    mutating func finish() -> Batch? {
        underWay -= 1
        return next()
    }

    /// Takes out the entries that were waiting already when a batch went out.
    ///
    /// If it met an outage, they have waited for as long as it took to find that out. Were they to wait for a turn of
    /// their own, the last of many would wait for minutes.
    mutating func removeWaiting(since batch: Batch) -> [Waiter] {
        let old = Array(waiting.prefix(max(0, batch.mark - first)))
        waiting.removeFirst(old.count)
        return old
    }

    private mutating func next() -> Batch? {
        guard underWay == 0 ? !waiting.isEmpty : waiting.count >= batchLimit && underWay < concurrencyLimit else {
            return nil
        }
        return take()
    }

    /// How many entries have left, which is the number of the first one that waits.
    private var first: Int { count - waiting.count }

    private mutating func take() -> Batch {
        underWay += 1
        let batch = Batch(waiters: Array(waiting.prefix(batchLimit)), mark: count)
        waiting.removeFirst(batch.waiters.count)
        return batch
    }
}
