public import AWS
public import Jobs
public import Observability

/// Sends the messages of jobs to an SQS queue, in batches when there are many at once.
public struct SQSJobSender: JobSender {
    private let client: AWSClient
    private let queueURL: String
    private let batches: BatchCoalescer<SQS.OutgoingMessage>

    /// Makes a sender to the queue of this URL.
    public init(client: AWSClient, queueURL: String) {
        self.client = client
        self.queueURL = queueURL
        batches = .sending(to: queueURL, with: client)
    }

    /// Sends a job's message; the call may carry others too.
    public func send(_ job: Job, trace: TraceContext?, after delay: Duration) async throws {
        let message = SQS.OutgoingMessage(
            body: job.message.body,
            delay: delay > .zero ? min(delay, Job.longestQueueDelay) : nil,
            traceHeader: trace?.xrayHeader
        )
        try await batches.submit(message)
    }

    /// Throws if it cannot be reached.
    public func checkReachable() async throws {
        try await client.checkReachable(queueURL)
    }
}

extension AWSClient {
    /// Asks for something small about a queue, which works if the queue can be reached and is ours.
    func checkReachable(_ queueURL: String) async throws {
        let read = SQS.GetQueueAttributes(queueURL: queueURL, names: ["QueueArn"])
        _ = try await translatingErrors { try await perform(read) }
    }
}

/// Sends messages whose jobs have failed for good to an SQS queue, with the reason in their attributes.
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
            attributes: DeadLetterAttributes.attributes(of: letter.reason),
            traceHeader: letter.trace?.xrayHeader
        )
        try await batches.submit(message)
    }
}
