extension SQS.SendMessageBatch {
    /// Puts messages into as few batches as they fit in, in their order; entries are named by the messages' numbers.
    ///
    /// Messages with a fault of their own are left out: SQS might refuse the whole batch for one of them.
    public static func batches(of messages: [SQS.OutgoingMessage], to queueURL: String) -> [SQS.SendMessageBatch] {
        var batches: [SQS.SendMessageBatch] = []
        var room = 0
        for (number, message) in messages.enumerated() where message.fault == nil {
            let entry = Entry(id: String(number), message: message)
            let size = message.byteCount
            if let last = batches.indices.last, size <= room, batches[last].entries.count < SQS.BatchFault.maxEntries {
                batches[last].entries.append(entry)
                room -= size
            } else {
                batches.append(SQS.SendMessageBatch(queueURL: queueURL, entries: [entry]))
                room = SQS.maxBytes - size
            }
        }
        return batches
    }
}

extension AWSClient {
    /// Sends any number of messages in as few batches as they fit in; one result for each, in their order.
    ///
    /// A message fails with ``SQS/MessageFault`` before it is sent, with ``SQS/BatchFailure`` if SQS refused it alone, or
    /// with the ``AWSError`` of its batch. The batches go one after another, whatever became of those before: where the
    /// order counts, as in a FIFO queue, perform ``SQS/SendMessageBatch/batches(of:to:)`` yourself and stop at a failure.
    ///
    /// - Throws: `CancellationError` only; some messages may have been sent.
    public func send(
        _ messages: [SQS.OutgoingMessage],
        to queueURL: String
    ) async throws -> [Result<SQS.SendMessage.Output, any Error>] {
        var results = messages.enumerated()
            .map { number, message -> Result<SQS.SendMessage.Output, any Error> in
                .failure(message.fault ?? SQS.BatchFailure.unanswered(id: String(number)))
            }
        for batch in SQS.SendMessageBatch.batches(of: messages, to: queueURL) {
            let outcome = try await outcome(of: batch)
            for entry in batch.entries {
                guard let number = Int(entry.id) else { continue }
                switch outcome {
                case .success(let output): results[number] = output.result(of: entry.id)
                case .failure(let error): results[number] = .failure(error)
                }
            }
        }
        return results
    }

    /// Throws `CancellationError` only.
    private func outcome(of batch: SQS.SendMessageBatch) async throws -> Result<SQS.BatchOutput, AWSError> {
        do {
            return .success(try await perform(batch))
        } catch let error as AWSError {
            return .failure(error)
        }
    }
}

extension SQS.BatchOutput {
    fileprivate func result(of id: String) -> Result<SQS.SendMessage.Output, any Error> {
        if let message = sent[id] { return .success(message) }
        return .failure(failed.first { $0.id == id } ?? .unanswered(id: id))
    }
}

extension SQS.BatchFailure {
    /// An entry that the answer to its batch does not mention.
    fileprivate static func unanswered(id: String) -> SQS.BatchFailure {
        SQS.BatchFailure(
            id: id,
            code: "MissingBatchResult",
            message: "the answer to the batch leaves the entry out",
            isSenderFault: false
        )
    }
}
