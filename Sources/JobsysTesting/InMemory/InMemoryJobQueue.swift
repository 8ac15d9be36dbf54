package import JobsysCore
package import JobsysObservability
import JobsysTime
import Synchronization

/// A queue in memory that behaves as SQS does: visibility, receive counts, redrive to the dead letters.
///
/// If it is to, it is a FIFO queue: order and one receiver at a time for each key, deduplication. A standard queue is fair: messages
/// of groups that have much in flight come after those of others.
package final class InMemoryJobQueue: JobQueue, JobSender, DeadLetterSender, MessageReplacer {
    fileprivate struct Message {
        var id: String
        var body: String
        var trace: TraceContext?
        var jobType: String?
        var orderingKey: String?
        var fairnessGroup: String?
        var deferral: Delivery.Deferral?
        var reason: DeadLetter.Reason?
        var wholeBody: BodyDigest?
        var sentAt: Timestamp
        var visibleAt: Timestamp
        var receiveCount = 0
        var receipt: String?

        func isInFlight(at now: Timestamp) -> Bool {
            receipt != nil && visibleAt > now
        }
    }

    private struct State {
        var messages: [Message] = []
        var counter = 0
        var receives = 0
        var outage: DependencyError?
        var largestMessage = Int.max
        var sentAt: [String: Timestamp] = [:]
        var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    private let state = Mutex(State())
    private let clock: ManualClock
    private let maxReceiveCount: Int
    private let deadLetters: InMemoryJobQueue?
    private let isOrdered: Bool

    /// What SQS allows, with this queue's own count of receipts.
    package var limits: QueueLimits {
        QueueLimits(
            longestDelay: isOrdered ? .zero : .seconds(900),
            longestInvisibility: .seconds(43200),
            receives: maxReceiveCount,
            batch: 10,
            keepsOrder: isOrdered
        )
    }

    /// Makes an empty queue that gives messages up to `deadLetters` after `maxReceiveCount` receipts.
    package init(
        clock: ManualClock,
        maxReceiveCount: Int = 10,
        deadLetters: InMemoryJobQueue? = nil,
        isOrdered: Bool = false
    ) {
        self.clock = clock
        self.maxReceiveCount = maxReceiveCount
        self.deadLetters = deadLetters
        self.isOrdered = isOrdered
    }

    /// The bodies of all messages, hidden or not, in the order they were sent.
    package var bodies: [String] {
        state.withLock { $0.messages.map(\.body) }
    }

    /// The reasons of the dead letters in this queue.
    package var reasons: [DeadLetter.Reason] {
        state.withLock { $0.messages.compactMap(\.reason) }
    }

    /// How long each message is still hidden.
    package var hiddenFor: [Duration] {
        let now = clock.timestamp
        return state.withLock { $0.messages.map { max(.zero, $0.visibleAt.duration(since: now)) } }
    }

    /// How many messages there are, by where they stand.
    var currentDepth: QueueDepth {
        let now = clock.timestamp
        return state.withLock { state in
            let hidden = state.messages.filter { $0.visibleAt > now }
            let delayed = hidden.count { $0.receiveCount == 0 }
            return QueueDepth(
                visible: state.messages.count - hidden.count,
                delayed: delayed,
                inFlight: hidden.count - delayed
            )
        }
    }

    /// How often a receive was asked for.
    package var receives: Int { state.withLock(\.receives) }

    /// Makes every call fail with an error, until it is set to nil.
    package func fail(with error: DependencyError?) {
        state.withLock { $0.outage = error }
    }

    /// Refuses dead letters that have more bytes than this, their attributes included.
    package func refuseLetters(longerThan bytes: Int) {
        state.withLock { $0.largestMessage = bytes }
    }

    /// Sends a job's message.
    package func send(_ job: Job, trace: TraceContext?, after delay: Duration) async throws {
        if isOrdered {
            let id = "\(job.id)#\(job.generation)"
            let now = clock.timestamp
            let isRepetition = try access { state in
                if let last = state.sentAt[id], now < last + .seconds(300) { return true }
                state.sentAt[id] = now
                return false
            }
            guard !isRepetition else { return }
        }
        try add(
            body: job.message.body,
            trace: trace,
            jobType: job.type,
            orderingKey: job.orderingGroup,
            fairnessGroup: job.fairnessGroup,
            after: delay
        )
    }

    /// Sends a job's message once more.
    package func sendAgain(_ job: Job, trace: TraceContext?) async throws {
        try add(
            body: job.message.body,
            trace: trace,
            jobType: job.type,
            orderingKey: job.orderingGroup,
            fairnessGroup: job.fairnessGroup
        )
    }

    /// Sends a copy of a message and removes it.
    package func replace(_ delivery: Delivery, after delay: Duration) async throws {
        try add(
            body: delivery.body,
            trace: delivery.trace,
            jobType: delivery.jobType,
            fairnessGroup: delivery.fairnessGroup,
            deferral: delivery.deferral,
            after: delay
        )
        try await delete(delivery)
    }

    /// Sends a dead letter; the call may carry others too.
    package func send(_ letter: DeadLetter) async throws {
        let attributes = "\(letter.reason)".utf8.count
        guard letter.body.utf8.count + attributes <= state.withLock(\.largestMessage) else {
            throw DependencyError(
                dependency: "queue",
                code: "InvalidParameterValue",
                message: "message too long",
                isTransient: false,
                refusesRequest: true
            )
        }
        try add(
            body: letter.body,
            trace: letter.trace,
            orderingKey: letter.orderingKey,
            reason: letter.reason,
            wholeBody: letter.whole
        )
    }

    /// Sends any text.
    package func add(
        body: String,
        trace: TraceContext? = nil,
        jobType: String? = nil,
        orderingKey: String? = nil,
        fairnessGroup: String? = nil,
        deferral: Delivery.Deferral? = nil,
        reason: DeadLetter.Reason? = nil,
        wholeBody: BodyDigest? = nil,
        after delay: Duration = .zero
    ) throws {
        let now = clock.timestamp
        try change { state in
            state.counter += 1
            let id = "message-\(state.counter)"
            state.messages.append(
                Message(
                    id: id,
                    body: body,
                    trace: trace,
                    jobType: jobType,
                    orderingKey: isOrdered ? orderingKey : nil,
                    fairnessGroup: isOrdered ? nil : fairnessGroup,
                    deferral: deferral,
                    reason: reason,
                    wholeBody: wholeBody,
                    sentAt: now,
                    visibleAt: now + delay
                )
            )
        }
    }

    /// Receives up to ten messages.
    package func receive(upTo limit: Int, wait: Duration, visibility: Duration) async throws -> [Delivery] {
        let deadline = clock.now.advanced(by: wait)
        try access { $0.receives += 1 }
        while true {
            try Task.checkCancellation()
            let (id, changes) = watch()
            defer { state.withLock { $0.watchers[id] = nil } }
            let batch = try take(upTo: limit, visibility: visibility)
            guard batch.isEmpty, clock.now < deadline else { return batch }
            await waitForChange(changes, until: deadline)
        }
    }

    /// Removes a message; the call may remove others too.
    package func delete(_ delivery: Delivery) async throws {
        try change { state in
            state.messages.removeAll { $0.id == delivery.messageID && $0.receipt == delivery.receipt }
        }
    }

    /// Hides a message; the call may hide others too.
    package func hide(_ delivery: Delivery, for duration: Duration) async throws {
        let visibleAt = clock.timestamp + .seconds((duration / .seconds(1)).rounded(.up))
        try change { state in
            for index in state.messages.indices
            where state.messages[index].id == delivery.messageID && state.messages[index].receipt == delivery.receipt {
                state.messages[index].visibleAt = visibleAt
            }
        }
    }

    /// Throws if it cannot be reached.
    package func checkReachable() async throws {
        try access { _ in }
    }

    private func take(upTo limit: Int, visibility: Duration) throws -> [Delivery] {
        let now = clock.timestamp
        let (batch, given) = try access { state in
            var batch: [Delivery] = []
            var given: [Message] = []
            let blocked = Set(state.messages.filter { $0.isInFlight(at: now) }.compactMap(\.orderingKey))
            for index in Self.order(of: state.messages, at: now) where batch.count < limit {
                guard state.messages[index].orderingKey.map(blocked.contains) != true else { continue }
                state.messages[index].receiveCount += 1
                guard deadLetters == nil || state.messages[index].receiveCount <= maxReceiveCount else {
                    given.append(state.messages[index])
                    continue
                }
                state.counter += 1
                state.messages[index].receipt = "receipt-\(state.counter)"
                state.messages[index].visibleAt = now + visibility
                batch.append(Delivery(state.messages[index]))
            }
            state.messages.removeAll { message in given.contains { $0.id == message.id } }
            return (batch, given)
        }
        for message in given {
            try deadLetters?
                .add(
                    body: message.body,
                    trace: message.trace,
                    jobType: message.jobType,
                    orderingKey: message.orderingKey,
                    fairnessGroup: message.fairnessGroup
                )
        }
        return batch
    }

    /// The messages that can be received, those of noisy groups last.
    ///
    /// A group is noisy that has more than a tenth of what is in flight, and 30 messages at least; a message without a group
    /// belongs to nobody who could be.
    ///
    /// Source: Amazon SQS Developer Guide, "How Amazon SQS fair queues work", which also counts the time that messages take.
    private static func order(of messages: [Message], at now: Timestamp) -> [Int] {
        let visible = messages.indices.filter { messages[$0].visibleAt <= now }
        var inFlight: [String: Int] = [:]
        var total = 0
        for message in messages where message.isInFlight(at: now) {
            total += 1
            if let group = message.fairnessGroup { inFlight[group, default: 0] += 1 }
        }
        let noisy = inFlight.filter { $0.value >= 30 && $0.value * 10 > total }
        guard !noisy.isEmpty else { return visible }
        let isNoisy = { (index: Int) in messages[index].fairnessGroup.map { noisy[$0] != nil } ?? false }
        return visible.filter { !isNoisy($0) } + visible.filter(isNoisy)
    }

    private func waitForChange(_ changes: AsyncStream<Void>, until deadline: ManualClock.Instant) async {
        // In this order: if the clock is moved in between, the wait is too short, and the caller's loop looks again.
        let start = clock.now
        let now = clock.timestamp
        let next = state.withLock { $0.messages.map(\.visibleAt).min() }
        let wakeUp = min(deadline, start.advanced(by: next?.duration(since: now) ?? .seconds(86400)))
        await withTaskGroup { group in
            group.addTask { for await _ in changes { break } }
            // Cancellation ends the sleep, and the caller's loop then notices it.
            group.addTask { try? await self.clock.sleep(until: wakeUp, tolerance: nil) }
            await group.next()
            group.cancelAll()
        }
    }

    private func watch() -> (Int, AsyncStream<Void>) {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.counter += 1
            state.watchers[state.counter] = continuation
            return state.counter
        }
        return (id, stream)
    }

    private func change(_ body: (inout sending State) -> Void) throws {
        try access { state in
            body(&state)
            for watcher in state.watchers.values { watcher.yield() }
        }
    }

    private func access<Result>(_ body: (inout sending State) throws -> sending Result) throws -> sending Result {
        try state.withLock { state in
            if let outage = state.outage { throw outage }
            return try body(&state)
        }
    }
}

extension Delivery {
    fileprivate init(_ message: InMemoryJobQueue.Message) {
        self.init(
            messageID: message.id,
            receipt: message.receipt ?? "",
            body: message.body,
            receiveCount: message.receiveCount,
            sentAt: message.sentAt,
            trace: message.trace,
            jobType: message.jobType,
            orderingKey: message.orderingKey,
            fairnessGroup: message.fairnessGroup,
            deferral: message.deferral,
            deadLetterReason: message.reason,
            wholeBody: message.wholeBody
        )
    }
}
