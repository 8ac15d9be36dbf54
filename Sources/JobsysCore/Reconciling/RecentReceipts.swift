import JobsysTime

/// When the messages were sent that came lately, of which only the oldest counts.
///
/// Its memory is two windows of time: what came in the current one and in the one before.
struct RecentReceipts: Sendable, Hashable {
    private let window: Duration
    private var start: Timestamp
    private var current: Timestamp?
    private var previous: Timestamp?

    init(window: Duration, at now: Timestamp) {
        self.window = window
        start = now
    }

    /// Notes a message that was received for the first time.
    mutating func note(sentAt: Timestamp, at now: Timestamp) {
        turn(to: now)
        current = min(current ?? sentAt, sentAt)
    }

    /// When the oldest message was sent that came for the first time within the last window or two; nil if none did.
    func oldest(at now: Timestamp) -> Timestamp? {
        var turned = self
        turned.turn(to: now)
        return [turned.current, turned.previous].compactMap(\.self).min()
    }

    private mutating func turn(to now: Timestamp) {
        let age = now.duration(since: start)
        guard age >= window else { return }
        previous = age < window * 2 ? current : nil
        current = nil
        start = now
    }
}
