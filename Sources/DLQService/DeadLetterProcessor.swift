public import Jobs
import Logging

/// Records one dead letter and says what its message needs next: the part that a Lambda and a poller have in common.
public struct DeadLetterProcessor: Sendable {
    private let recorder: DeadLetterRecorder

    /// Makes a processor.
    public init(recorder: DeadLetterRecorder) {
        self.recorder = recorder
    }

    /// What a message needs after its letter was looked at.
    public enum Disposition: Sendable, Hashable {
        /// Nothing more: it may be deleted.
        case done
        /// To be delivered again later, because its job is busy.
        case postponed
        /// To be delivered again, because the failure could not be recorded.
        case failed
        /// To be delivered again, because the work was cancelled.
        case interrupted
    }

    /// Records a dead letter.
    ///
    /// Every failure is logged here and answered with a disposition. Cancellation ends the work; the letter may have
    /// been recorded all the same, and then a second time is harmless.
    public func process(_ delivery: Delivery) async -> Disposition {
        await withLogger(mergingMetadata: ["sqs.message.id": "\(delivery.messageID)"]) { logger in
            guard !Task.isCancelled else { return .interrupted }
            do {
                log(try await recorder.record(delivery), to: logger)
                return .done
            } catch let reason as DeadLetterRecorder.Postponed {
                logger.info("dead letter postponed", metadata: ["postponed.reason": "\(reason)"])
                return .postponed
            } catch  where Task.isCancelled {
                logger.warning("dead letter interrupted, it will come again", error: error)
                return .interrupted
            } catch {
                logger.warning("dead letter could not be recorded, it will come again", error: error)
                return .failed
            }
        }
    }

    private func log(_ outcome: DeadLetterRecorder.Outcome, to logger: Logger) {
        switch outcome {
        case .recorded: break  // The recorder has said it, with the job's own metadata.
        case .alreadyRecorded: logger.info("dead letter had been recorded before")
        case .obsolete: logger.info("dead letter is void, its job has moved on")
        case .sentAgain: logger.warning("the queue gave a message up whose job has attempts left: sent again")
        }
    }
}
