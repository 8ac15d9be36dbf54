public import JobsysAWS
public import JobsysCore

/// How much is in an SQS queue, about: SQS counts with a delay of some seconds.
public struct SQSQueueBacklog: QueueBacklog {
    private let client: AWSClient
    private let queueURL: String

    /// Makes the backlog of the queue of this URL.
    public init(client: AWSClient, queueURL: String) {
        self.client = client
        self.queueURL = queueURL
    }

    /// Asks SQS.
    public func depth() async throws -> QueueDepth {
        let read = SQS.GetQueueAttributes(queueURL: queueURL, names: [Self.visible, Self.delayed, Self.inFlight])
        let attributes = try await translatingErrors { try await client.perform(read) }
        func count(_ name: String) throws(DependencyError) -> Int {
            if let count = attributes[name].flatMap({ Int($0) }) { return count }
            throw DependencyError(
                dependency: AWSService.sqs.endpointPrefix,
                code: "MissingAttribute",
                message: "the queue does not say \(name)",
                isTransient: true
            )
        }
        return QueueDepth(
            visible: try count(Self.visible),
            delayed: try count(Self.delayed),
            inFlight: try count(Self.inFlight)
        )
    }

    private static let visible = "ApproximateNumberOfMessages"
    private static let delayed = "ApproximateNumberOfMessagesDelayed"
    private static let inFlight = "ApproximateNumberOfMessagesNotVisible"
}
