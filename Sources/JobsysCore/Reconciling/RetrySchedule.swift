import JobsysTime

/// When to try again what has failed: after a pause that grows with every failure in a row.
struct RetrySchedule<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable {
        var failures: Int
        var retryAt: Timestamp
    }

    private var entries: [Key: Entry] = [:]
    private let pauses: Backoff

    /// Makes a schedule in which nothing has failed.
    init(pauses: Backoff) {
        self.pauses = pauses
    }

    /// How much has failed and has not gone well since.
    var count: Int { entries.count }

    /// Notes a failure; answers how many there were in a row.
    mutating func fail(_ key: Key, at now: Timestamp) -> Int {
        let failures = failures(of: key) + 1
        entries[key] = Entry(failures: failures, retryAt: now + pauses.bound(afterAttempt: failures))
        return failures
    }

    /// Notes that it went well; answers how many failures in a row have ended with that.
    mutating func succeed(_ key: Key) -> Int {
        entries.removeValue(forKey: key)?.failures ?? 0
    }

    /// How often it has failed in a row.
    func failures(of key: Key) -> Int {
        entries[key]?.failures ?? 0
    }

    /// When it may be tried again; nil if it may be tried now.
    func retryTime(of key: Key, at now: Timestamp) -> Timestamp? {
        entries[key].flatMap { $0.retryAt > now ? $0.retryAt : nil }
    }

    /// Forgets what could have been tried again long ago, and was not: there is no need any more.
    mutating func forget(dueBefore instant: Timestamp) {
        entries = entries.filter { $0.value.retryAt >= instant }
    }
}
