public import JobsysCore
import JobsysServiceRuntime
import Logging
public import ServiceLifecycle

/// Receives dead letters from their queue and records them, where no Lambda does it.
///
/// No error ends it: while the store or the queue fails, it stops receiving and looks again after growing pauses. On
/// graceful shutdown the wait for messages ends after a moment, and what has been received is still recorded.
public struct DeadLetterPoller: Service {
    private let queue: any JobQueue
    private let processor: DeadLetterProcessor
    private let checkStore: @Sendable () async throws -> Void
    private let clock: any Clock<Duration>
    private let draw: @Sendable () -> Double

    /// Makes a poller.
    ///
    /// - Parameters:
    ///   - queue: Where the dead letters are.
    ///   - processor: Records them.
    ///   - checkStore: Throws as long as the store cannot be reached; asked before receiving again after a failure.
    ///   - clock: What the pauses are measured by.
    ///   - draw: Random numbers in 0..<1, which spread the pauses.
    public init(
        queue: any JobQueue,
        processor: DeadLetterProcessor,
        checkStore: @escaping @Sendable () async throws -> Void,
        clock: any Clock<Duration> = ContinuousClock(),
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.queue = queue
        self.processor = processor
        self.checkStore = checkStore
        self.clock = clock
        self.draw = draw
    }

    /// Polls until a graceful shutdown.
    ///
    /// - Throws: `CancellationError` if the task is cancelled; what was not recorded comes back by itself.
    public func run() async throws {
        var failures = 0
        while !Task.isShuttingDownGracefully {
            try Task.checkCancellation()
            do {
                try await waitForStore(after: failures)
                let batch = try await receive()
                failures = await deal(with: batch) ? 0 : failures + 1
            } catch {
                try Task.checkCancellation()
                failures += 1
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
        _ = try await untilShutdown { [clock, checkStore] in
            try await clock.sleep(for: pause)
            try await checkStore()
        }
    }

    private func receive() async throws -> [Delivery] {
        try await untilShutdown(andFor: Self.momentToEnd, by: clock) { [queue] in
            try await queue.receive(upTo: Self.batchLimit, wait: Self.wait, visibility: Self.visibility)
        } ?? []
    }

    /// Records a batch and settles its messages; false if the store or the queue failed.
    private func deal(with batch: [Delivery]) async -> Bool {
        let successes = await batch.concurrentMap(limit: Self.batchLimit) { delivery in
            let disposition = await processor.process(delivery)
            return await settle(delivery, as: disposition) && disposition != .failed
        }
        return !successes.contains(false)
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

    private func redeliveryDelay(of delivery: Delivery) -> Duration {
        Self.redeliveryBackoff.delay(afterAttempt: delivery.receiveCount, draw: draw())
    }

    private static let batchLimit = 10
    private static let wait: Duration = .seconds(20)
    private static let momentToEnd: Duration = .milliseconds(500)
    private static let visibility: Duration = .seconds(60)
    private static let postponement: Duration = .seconds(30)
    private static let intakeBackoff = Backoff(base: .seconds(1), limit: .seconds(30))
    private static let redeliveryBackoff = Backoff(base: .seconds(10), limit: .seconds(300))
}
