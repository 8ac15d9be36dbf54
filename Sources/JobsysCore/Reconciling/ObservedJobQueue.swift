public import JobsysTime
import Synchronization

/// A queue whose receipts are noted, so that the reconciler sees how far the queue has come.
public final class ObservedJobQueue: JobQueue, MessageReplacer {
    private let queue: any JobQueue & MessageReplacer
    private let receipts: Mutex<ReceiptWindow>
    private let now: @Sendable () -> Timestamp

    /// Observes a queue.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - window: How long a receipt counts, at least; at most twice as long.
    ///   - now: The wall clock, which messages are stamped by.
    public init(
        _ queue: any JobQueue & MessageReplacer,
        window: Duration,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.queue = queue
        self.now = now
        receipts = Mutex(ReceiptWindow(window: window, at: now()))
    }

    /// When the oldest message was sent that came lately for the first time; nil if none did.
    public var oldestRecentReceipt: Timestamp? {
        let instant = now()
        return receipts.withLock { $0.oldest(at: instant) }
    }

    /// What the queue allows.
    public var limits: QueueLimits { queue.limits }

    /// Receives messages, and notes when they were sent.
    public func receive(upTo limit: Int, wait: Duration, visibility: Duration) async throws -> [Delivery] {
        let deliveries = try await queue.receive(upTo: limit, wait: wait, visibility: visibility)
        let instant = now()
        receipts.withLock { receipts in
            // A message that comes again says nothing of those behind it.
            for delivery in deliveries where delivery.receiveCount == 1 {
                if let sentAt = delivery.sentAt { receipts.note(sentAt: sentAt, at: instant) }
            }
        }
        return deliveries
    }

    /// Removes a message.
    public func delete(_ delivery: Delivery) async throws {
        try await queue.delete(delivery)
    }

    /// Hides a message.
    public func hide(_ delivery: Delivery, for duration: Duration) async throws {
        try await queue.hide(delivery, for: duration)
    }

    /// Replaces a message by a copy.
    public func replace(_ delivery: Delivery, after delay: Duration) async throws {
        try await queue.replace(delivery, after: delay)
    }

    /// Throws if the queue cannot be reached.
    public func checkReachable() async throws {
        try await queue.checkReachable()
    }
}

/// When the messages were sent that came lately, of which only the oldest counts.
///
/// Its memory is two windows of time: what came in the current one and in the one before.
struct ReceiptWindow: Sendable, Hashable {
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
