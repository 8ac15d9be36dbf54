public import JobsysAWS
public import JobsysCore
import JobsysObservability

/// Sends messages whose jobs have failed for good to an SQS queue, with the reason in their attributes.
///
/// A letter with an ordering key must go to a FIFO queue, where its group is the key.
public struct SQSDeadLetterSender: DeadLetterSender {
    private let batches: BatchCoalescer<SQS.OutgoingMessage>

    /// Makes a sender to the queue of this URL.
    public init(client: AWSClient, queueURL: String) {
        batches = .sending(to: queueURL, with: client)
    }

    /// Sends a dead letter; the call may carry others too.
    public func send(_ letter: DeadLetter) async throws {
        let message = SQS.OutgoingMessage(
            body: letter.body,
            attributes: DeadLetterAttributes.attributes(of: letter),
            traceHeader: letter.trace?.xrayHeader,
            groupID: letter.orderingKey,
            deduplicationID: letter.orderingKey.map { _ in letter.reason.deduplicationID }
        )
        try await batches.submit(message)
    }
}

extension DeadLetter.Reason {
    /// The same for each sending of one letter, and another if a later run of the same message fails too.
    fileprivate var deduplicationID: String {
        run.map { "\(messageID)#\($0.owner)" } ?? messageID
    }
}
