public import FoundationEssentials
public import JobsysAWS
public import JobsysCore
public import JobsysObservability

/// Sends the messages of jobs to SQS, in batches when there are many at once: those with an ordering key to a FIFO queue,
/// in the group of that key, and all others to a standard queue, in the group of their tenant.
///
/// Source: Amazon SQS Developer Guide, "Amazon SQS fair queues".
public struct SQSJobSender: JobSender {
    private let client: AWSClient
    private let queueURLs: [String]
    private let unordered: BatchCoalescer<SQS.OutgoingMessage>
    private let ordered: BatchCoalescer<SQS.OutgoingMessage>
    private let makeSuffix: @Sendable () -> String

    /// Makes a sender.
    ///
    /// - Parameters:
    ///   - client: The client.
    ///   - queueURL: The standard queue.
    ///   - fifoQueueURL: The FIFO queue.
    ///   - makeSuffix: Makes a text that no other sending has.
    public init(
        client: AWSClient,
        queueURL: String,
        fifoQueueURL: String,
        makeSuffix: @escaping @Sendable () -> String = { UUID().uuidString }
    ) {
        self.client = client
        self.makeSuffix = makeSuffix
        queueURLs = [queueURL, fifoQueueURL]
        unordered = .sending(to: queueURL, with: client)
        ordered = .sending(to: fifoQueueURL, with: client)
    }

    /// Sends a job's message; the call may carry others too.
    public func send(_ job: Job, trace: TraceContext?, after delay: Duration) async throws {
        try await send(job, trace: trace, after: delay, as: job.deduplicationID)
    }

    /// Sends a job's message once more.
    public func sendAgain(_ job: Job, trace: TraceContext?) async throws {
        try await send(job, trace: trace, after: .zero, as: "\(job.deduplicationID)#\(makeSuffix())")
    }

    private func send(_ job: Job, trace: TraceContext?, after delay: Duration, as deduplicationID: String) async throws
    {
        var message = SQS.OutgoingMessage(
            body: job.message.body,
            attributes: JobAttributes.attributes(jobType: job.type),
            traceHeader: trace?.xrayHeader
        )
        if let group = job.orderingGroup {
            message.groupID = group
            message.deduplicationID = deduplicationID
            try await ordered.submit(message)
        } else {
            // A fair queue: a tenant with many messages holds up its own, and not those of others.
            message.groupID = job.fairnessGroup
            message.delay = delay > .zero ? min(delay, QueueLimits.sqsStandard.longestDelay) : nil
            try await unordered.submit(message)
        }
    }

    /// Throws if one of the queues cannot be reached.
    public func checkReachable() async throws {
        for queueURL in queueURLs { try await client.checkReachable(queueURL) }
    }
}

extension Job {
    /// A FIFO queue takes a generation of a job once only in five minutes.
    fileprivate var deduplicationID: String {
        "\(id)#\(generation)"
    }
}

extension AWSClient {
    /// Asks for something small about a queue, which works if the queue can be reached and is ours.
    func checkReachable(_ queueURL: String) async throws {
        let read = SQS.GetQueueAttributes(queueURL: queueURL, names: ["QueueArn"])
        _ = try await translatingErrors { try await perform(read) }
    }
}
