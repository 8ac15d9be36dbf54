import JobsysAWS
import JobsysCore

extension BatchCoalescer where Entry == SQS.OutgoingMessage {
    static func sending(to queueURL: String, with client: AWSClient) -> BatchCoalescer {
        BatchCoalescer { messages in
            if messages.count == 1 {
                // Costs the same, and emulators know it better: MiniStack drops the trace header of batches.
                _ = try await client.perform(SQS.SendMessage(queueURL: queueURL, message: messages[0]))
                return [.success(())]
            }
            guard messages.reduce(0, { $0 + $1.byteCount }) <= SQS.maxBytes else {
                return try await messages.sentSingly(to: queueURL, with: client)
            }
            let entries = messages.enumerated().map { SQS.SendMessageBatch.Entry(id: String($0), message: $1) }
            let batch = SQS.SendMessageBatch(queueURL: queueURL, entries: entries)
            return try await client.perform(batch).results(count: entries.count)
        }
    }
}

extension BatchCoalescer where Entry == String {
    static func deleting(from queueURL: String, with client: AWSClient) -> BatchCoalescer {
        BatchCoalescer { receipts in
            let entries = receipts.enumerated().map { SQS.DeleteMessageBatch.Entry(id: String($0), receiptHandle: $1) }
            let batch = SQS.DeleteMessageBatch(queueURL: queueURL, entries: entries)
            return try await client.perform(batch).results(count: entries.count)
        }
    }
}

extension [SQS.OutgoingMessage] {
    /// Sends each by a call of its own, because together they are too long for one.
    fileprivate func sentSingly(
        to queueURL: String,
        with client: AWSClient
    ) async throws -> [Result<Void, DependencyError>] {
        var results: [Result<Void, DependencyError>] = []
        for message in self {
            do {
                _ = try await client.perform(SQS.SendMessage(queueURL: queueURL, message: message))
                results.append(.success(()))
            } catch let error as AWSError {
                results.append(.failure(DependencyError(error)))
            }
        }
        return results
    }
}

/// A message that is to be hidden for so long.
struct Hiding: Sendable {
    let receipt: String
    let duration: Duration
}

extension BatchCoalescer where Entry == Hiding {
    static func hiding(in queueURL: String, with client: AWSClient) -> BatchCoalescer {
        BatchCoalescer { hidings in
            let entries = hidings.enumerated()
                .map {
                    SQS.ChangeMessageVisibilityBatch.Entry(
                        id: String($0),
                        receiptHandle: $1.receipt,
                        visibilityTimeout: $1.duration
                    )
                }
            let batch = SQS.ChangeMessageVisibilityBatch(queueURL: queueURL, entries: entries)
            return try await client.perform(batch).results(count: entries.count)
        }
    }
}

extension SQS.BatchOutput {
    /// One result for each entry, whose ids are their numbers.
    fileprivate func results(count: Int) -> [Result<Void, DependencyError>] {
        let failures = Dictionary(failed.map { ($0.id, $0) }) { first, _ in first }
        let succeeded = Set(successful)
        return (0..<count)
            .map { number in
                let id = String(number)
                if let failure = failures[id] { return failure.result }
                return succeeded.contains(id) ? .success(()) : .failure(.unanswered)
            }
    }
}

extension SQS.BatchFailure {
    /// The failure, unless it says that the message is not ours any more: then there is nothing left to do.
    fileprivate var result: Result<Void, DependencyError> {
        if isLostReceipt { return .success(()) }
        let error = DependencyError(
            dependency: AWSService.sqs.endpointPrefix,
            code: code,
            message: message,
            isTransient: isRetryable,
            refusesRequest: DependencyError.refusals.contains(code.replacing("Exception", with: ""))
        )
        return .failure(error)
    }
}

extension DependencyError {
    /// An entry that the answer to its batch does not mention.
    fileprivate static let unanswered = DependencyError(
        dependency: AWSService.sqs.endpointPrefix,
        code: "MissingBatchResult",
        message: "the answer to a batch leaves an entry out",
        isTransient: true
    )
}
