public import JobsysCore
import JobsysJSON
import JobsysObservability
public import JobsysTime

/// The Lambda function: records the dead letters of an SQS event and answers which of them must come again.
///
/// The records are independent of each other: one that fails or is postponed is named in the answer, and the others are
/// done with, whatever their order.
public struct DeadLetterFunction: Sendable {
    /// Reads what a letter's message attributes say into its delivery.
    public typealias AttributeReader = @Sendable (_ messageAttributes: [String: String], inout Delivery) -> Void

    private let processor: DeadLetterProcessor
    private let readAttributes: AttributeReader
    private let afterLetters: @Sendable () async -> Void
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp

    /// Makes the function.
    ///
    /// - Parameters:
    ///   - processor: Records the letters.
    ///   - readAttributes: Reads why a letter was given up, and what else its attributes say.
    ///   - afterLetters: Is done after the letters of an invocation, within its time: Lambda lets nothing run between two.
    ///   - clock: What the time until the deadline is measured by.
    ///   - now: The wall clock, which the deadline is given by.
    public init(
        processor: DeadLetterProcessor,
        readAttributes: @escaping AttributeReader,
        afterLetters: @escaping @Sendable () async -> Void = {},
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.processor = processor
        self.readAttributes = readAttributes
        self.afterLetters = afterLetters
        self.clock = clock
        self.now = now
    }

    /// Deals with one invocation, and ends a little before its deadline: what is unfinished then must come again.
    ///
    /// - Throws: `Runtime.InvalidEvent` for an event that is not one of SQS; no message is deleted then.
    public func handle(_ invocation: LambdaInvocation) async throws(LambdaFunctionError) -> [UInt8] {
        let event: SQSEvent
        do throws(JSONError) {
            event = try SQSEvent(json: invocation.event)
        } catch {
            throw LambdaFunctionError(type: "Runtime.InvalidEvent", message: "not an SQS event: \(error)")
        }
        let deliveries = event.records.map { Delivery($0, readAttributes: readAttributes) }
        let dispositions = await dispositions(of: deliveries, until: invocation.deadline)
        let unfinished = zip(deliveries, dispositions).filter { $0.1 != .done }
        return SQSBatchResponse(failedMessageIDs: unfinished.map(\.0.messageID)).json
    }

    private func dispositions(
        of deliveries: [Delivery],
        until deadline: Timestamp
    ) async -> [DeadLetterProcessor.Disposition] {
        let remaining = deadline.duration(since: now())
        let timeToWork = remaining - min(Self.timeToAnswer, remaining / 4)
        return await withTaskGroup(of: [DeadLetterProcessor.Disposition]?.self) { group in
            group.addTask { [processor, afterLetters] in
                let dispositions = await deliveries.concurrentMap(limit: Self.concurrency, processor.process)
                await afterLetters()
                return dispositions
            }
            group.addTask { [clock] in
                // It ends early when it is cancelled, because the work is done; nobody looks at it then.
                try? await clock.sleep(for: timeToWork)
                return nil
            }
            // The work comes first, or second after it was cancelled; what it had not done then counts as interrupted.
            let first = await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            guard case .some(.some(let dispositions)) = await group.next() else {
                preconditionFailure("the work answers one disposition for each letter, also when it is cancelled")
            }
            return dispositions
        }
    }

    private static let concurrency = 10
    /// What is kept of an invocation's time for posting its answer.
    private static let timeToAnswer: Duration = .milliseconds(500)
}

extension Delivery {
    /// Makes a receipt of a record of an event.
    init(_ record: SQSEvent.Record, readAttributes: DeadLetterFunction.AttributeReader) {
        self.init(
            messageID: record.messageID,
            receipt: record.receiptHandle,
            body: record.body,
            receiveCount: record.attributes["ApproximateReceiveCount"].flatMap { Int($0) } ?? 1,
            sentAt: record.attributes["SentTimestamp"].flatMap { Int64($0) }.map(Timestamp.init(milliseconds:)),
            trace: record.attributes["AWSTraceHeader"].flatMap { TraceContext(xrayHeader: $0) }
        )
        readAttributes(record.messageAttributes, &self)
    }
}
