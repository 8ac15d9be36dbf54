public import JobsysCore
public import JobsysObservability
public import JobsysTime
import Logging

/// Records one dead letter and says what its message needs next: the part that a Lambda and a poller have in common.
public struct DeadLetterProcessor: Sendable {
    private let recorder: DeadLetterRecorder
    private let reporter: IncidentReporter?
    private let metrics: (any LogOutput)?
    private let now: @Sendable () -> Timestamp

    /// Makes a processor.
    ///
    /// - Parameters:
    ///   - recorder: Records the letters.
    ///   - reporter: Tells people of new incidents.
    ///   - metrics: Where the metric `Incidents` goes, by `ErrorClass`.
    ///   - now: The wall clock.
    public init(
        recorder: DeadLetterRecorder,
        reporter: IncidentReporter? = nil,
        metrics: (any LogOutput)? = nil,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.recorder = recorder
        self.reporter = reporter
        self.metrics = metrics
        self.now = now
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
                let outcome = try await recorder.record(delivery.credible)
                log(outcome, to: logger)
                if case .recorded(let incident) = outcome {
                    await announce(incident)
                }
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

    /// Counts a new incident and tells of it; what goes wrong there is logged, and the letter is done with all the same.
    ///
    /// Who dies on the way has the letter come again, and people hear of the incident then, or twice.
    private func announce(_ incident: Incident) async {
        let metric = EmbeddedMetric("Incidents", by: ["ErrorClass": incident.failure.errorClass.known.rawValue])
        metrics?.write(metric.line(component: "dlq-handler", at: now().milliseconds))
        await reporter?.report(incident)
        do {
            try await recorder.noteAnnounced(incident)
        } catch {
            Logger.current.debug("announcement not noted", metadata: ["error.message": "\(error)"])
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

extension Delivery {
    /// The letter without a reason that nobody can have given: anyone who may send to the queue can claim one, and a claimed
    /// message id becomes a key of the store.
    ///
    /// Source: Amazon SQS Developer Guide, "Amazon SQS queue and message identifiers" (100 characters at most).
    fileprivate var credible: Delivery {
        guard let id = deadLetterReason?.messageID else { return self }
        let isPossible =
            (1...100).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
        guard !isPossible else { return self }
        var delivery = self
        delivery.deadLetterReason = nil
        return delivery
    }
}
