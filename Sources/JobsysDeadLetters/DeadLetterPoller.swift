public import JobsysCore
import JobsysJSON
import JobsysServiceRuntime
import JobsysTime
import Logging
public import ServiceLifecycle

/// Receives dead letters from their queue and records them, where no Lambda does it.
///
/// No error ends it: while the store or the queue fails, it stops receiving and looks again after growing pauses. A letter
/// that cannot be recorded although the store answers comes back after a pause of its own, and holds up no other. On
/// graceful shutdown the receive ends by itself and what it brings is handed back; what was received before is recorded, as
/// far as the grace period allows, and comes again otherwise.
public final class DeadLetterPoller: Service {
    /// What the queue is called where probes are answered.
    let name: String
    private let queue: any JobQueue
    private let processor: DeadLetterProcessor
    private let checkStore: @Sendable () async throws -> Void
    private let poll: LongPoll
    private let grace: Duration
    private let clock: any Clock<Duration>
    private let draw: @Sendable () -> Double
    private let health: PollerHealth

    /// Makes a poller.
    ///
    /// - Parameters:
    ///   - name: What the queue is called where probes are answered.
    ///   - queue: Where the dead letters are.
    ///   - processor: Records them.
    ///   - checkStore: Throws as long as the store cannot be reached; asked before receiving again after a failure.
    ///   - grace: How long a stop waits; a receive's wait is shorter.
    ///   - clock: What the pauses are measured by.
    ///   - draw: Random numbers in 0..<1, which spread the pauses.
    public init(
        name: String = "dead-letters",
        queue: any JobQueue,
        processor: DeadLetterProcessor,
        checkStore: @escaping @Sendable () async throws -> Void,
        grace: Duration = .seconds(20),
        clock: any Clock<Duration> = ContinuousClock(),
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.name = name
        self.queue = queue
        self.processor = processor
        self.checkStore = checkStore
        poll = LongPoll(grace: grace)
        self.grace = grace
        self.clock = clock
        self.draw = draw
        health = PollerHealth(elapsed: stopwatch(clock), limit: Self.callLimit)
    }

    /// Why the poller makes no more progress, for `/healthz`; nil while it does.
    public var problem: String? {
        health.isOverdue ? "no receive of \(name) has ended, and no letter was dealt with, for minutes" : nil
    }

    /// How long nothing has been received, and why, if that is more than 30 seconds; for `/readyz`.
    var longPause: PollerHealth.Pause? {
        health.pause.flatMap { $0.length > Self.longestQuietPause ? $0 : nil }
    }

    /// Polls until a graceful shutdown.
    ///
    /// - Throws: `CancellationError` if the task is cancelled; what was not recorded comes back by itself.
    public func run() async throws {
        defer { health.noteEnd() }
        var failures = 0
        while !Task.isShuttingDownGracefully {
            try Task.checkCancellation()
            do {
                try await waitForStore(after: failures)
                let batch = try await receive()
                if Task.isShuttingDownGracefully {
                    await handBack(batch)
                } else {
                    // The store has answered: what fails now is no outage, or a new one, which begins with a short pause.
                    let isDone = try await untilShutdown(andFor: grace, by: clock) { await self.deal(with: batch) }
                    failures = isDone ?? true ? 0 : 1
                }
            } catch {
                try Task.checkCancellation()
                failures += 1
                health.noteFailure(Self.reason(of: error))
                Logger.current.warning(
                    "dead letters are not received for now",
                    error: error,
                    metadata: ["poller.failures": "\(failures)"]
                )
            }
        }
        try Task.checkCancellation()
    }

    /// Pauses after a failure, and throws if the store cannot be reached then.
    private func waitForStore(after failures: Int) async throws {
        guard failures > 0 else { return }
        let pause = Self.intakeBackoff.delay(afterAttempt: failures, draw: draw())
        health.noteStep(within: pause + Self.callLimit)
        _ = try await untilShutdown { [clock, checkStore] in
            try await clock.sleep(for: pause)
            try await checkStore()
        }
    }

    private func receive() async throws -> [Delivery] {
        health.noteStep(within: poll.wait + Self.callLimit)
        let batch = try await poll.perform(by: clock) { [queue] wait in
            try await queue.receive(upTo: Self.batchLimit, wait: wait, visibility: Self.visibility)
        }
        health.noteReceive()
        return batch ?? []
    }

    /// Lets another handler have at once what a receive has brought during a stop.
    private func handBack(_ batch: [Delivery]) async {
        _ = await batch.concurrentMap(limit: Self.batchLimit) { [queue] delivery in
            do {
                try await queue.hide(delivery, for: .zero)
            } catch {
                Logger.current.debug("dead letter stays hidden", metadata: ["error.message": "\(error)"])
            }
        }
    }

    /// Records a batch and settles its messages; false if there was something to do and none of it succeeded.
    ///
    /// Where one of several fails, that is more likely its own fault than the store's.
    private func deal(with batch: [Delivery]) async -> Bool {
        health.noteStep(within: Self.workLimit)
        let successes = await batch.concurrentMap(limit: Self.batchLimit) { [self] delivery in
            let disposition = await processor.process(delivery)
            return await settle(delivery, as: disposition) && disposition != .failed
        }
        return successes.isEmpty || successes.contains(true)
    }

    /// Does with a message what its letter's disposition asks for; false if the queue failed.
    private func settle(_ delivery: Delivery, as disposition: DeadLetterProcessor.Disposition) async -> Bool {
        do {
            switch disposition {
            case .done: try await queue.delete(delivery)
            case .postponed: try await queue.hide(delivery, for: Self.postponement)
            case .failed: try await queue.hide(delivery, for: redeliveryDelay(of: delivery))
            case .interrupted: break  // It comes back when its visibility ends.
            }
            return true
        } catch {
            Logger.current.warning(
                "dead letter could not be deleted or hidden, it will come again",
                error: error,
                metadata: ["sqs.message.id": "\(delivery.messageID)"]
            )
            return false
        }
    }

    /// A reason fit for any reader: a dependency's code, without its message.
    private static func reason(of error: any Error) -> String {
        guard let error = error as? DependencyError else { return "\(type(of: error))" }
        return "\(error.dependency): \(error.code)"
    }

    private func redeliveryDelay(of delivery: Delivery) -> Duration {
        Self.redeliveryBackoff.delay(afterAttempt: delivery.receiveCount, draw: draw())
    }

    private static let batchLimit = 10
    private static let visibility: Duration = .seconds(60)
    /// How long a call may take beside its wait, with all that the client repeats.
    private static let callLimit: Duration = .seconds(60)
    /// How long a batch may take, with all that people are told.
    private static let workLimit: Duration = .seconds(300)
    private static let longestQuietPause: Duration = .seconds(30)
    private static let postponement: Duration = .seconds(30)
    private static let intakeBackoff = Backoff(base: .seconds(1), limit: .seconds(30))
    private static let redeliveryBackoff = Backoff(base: .seconds(10), limit: .seconds(300))
}

/// The pollers of one process, as its probes see them.
struct DeadLetterPollers: Sendable {
    let pollers: [DeadLetterPoller]

    /// Why one of them makes no more progress; nil while all do.
    var problem: String? { pollers.lazy.compactMap(\.problem).first }

    /// Throws if one of them has received nothing for more than 30 seconds because something fails.
    func checkReceiving() throws {
        guard pollers.allSatisfy({ $0.longPause == nil }) else { throw PollingPaused(description: "\(details)") }
    }

    /// Which queues nothing was received from for more than 30 seconds, and why.
    var details: JSONObject {
        let pauses = pollers.compactMap { poller in
            poller.longPause.map { pause in
                let seconds = JSONValue.int(Int(pause.length / .seconds(1)))
                return (poller.name, JSONValue.object(["seconds": seconds, "reason": .string(pause.reason)]))
            }
        }
        return pauses.isEmpty ? [:] : ["paused": .object(JSONObject(pauses))]
    }
}

/// A poller has received nothing for long because something that it needs fails.
struct PollingPaused: Error, CustomStringConvertible {
    /// Which queues, and what failed first.
    let description: String
}
