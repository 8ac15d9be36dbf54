import JobsysTime

/// Allows so many notifications a minute, and counts those that it withholds: an outage that fails ten thousand jobs must
/// not send ten thousand messages.
struct NotificationBudget: Sendable {
    private let limit: Int
    private var window: Int64?
    private var allowed = 0
    private var withheld = 0

    init(perMinute limit: Int) {
        self.limit = limit
    }

    /// Whether one may be sent now; answers how many were withheld since the last one, or nil if this one is too.
    mutating func take(at now: Timestamp) -> Int? {
        let minute = now.seconds / 60
        if window != minute {
            window = minute
            allowed = 0
        }
        guard allowed < limit else {
            withheld += 1
            return nil
        }
        allowed += 1
        defer { withheld = 0 }
        return withheld
    }
}
