import JobsysCore
import Testing

extension QueueSubject {
    /// The next message, which must come within a few looks: a real queue may take a moment to find it.
    func next(
        visibility: Duration = .seconds(60),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Delivery {
        let received = try await receive(1, visibility: visibility)
        return try #require(received.first, "no message came", sourceLocation: sourceLocation)
    }

    /// The next dead letter.
    func nextDeadLetter(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Delivery {
        let received = try await receive(1, from: deadLetterQueue)
        return try #require(received.first, "no dead letter came", sourceLocation: sourceLocation)
    }

    /// Receives until there are so many, or too many looks were in vain.
    func receive(
        _ count: Int,
        from source: (any JobQueue)? = nil,
        visibility: Duration = .seconds(60)
    ) async throws -> [Delivery] {
        var received: [Delivery] = []
        for _ in 0..<(20 + count) where received.count < count {
            let limit = min(10, count - received.count)
            let batch = try await (source ?? queue).receive(upTo: limit, wait: .zero, visibility: visibility)
            received += batch
            if batch.isEmpty { try await elapse(.milliseconds(100)) }
        }
        return received
    }

    /// Whether nothing can be received right now.
    func isEmpty() async throws -> Bool {
        try await queue.receive(upTo: 10, wait: .zero, visibility: .seconds(60)).isEmpty
    }
}
