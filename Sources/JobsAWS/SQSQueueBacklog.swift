public import AWS
public import Jobs

/// How much waits in an SQS queue, about: SQS counts with a delay of some seconds.
public struct SQSQueueBacklog: QueueBacklog {
    private let client: AWSClient
    private let queueURL: String

    /// Makes the backlog of the queue of this URL.
    public init(client: AWSClient, queueURL: String) {
        self.client = client
        self.queueURL = queueURL
    }

    /// Asks for what is visible and what is delayed.
    public func waiting() async throws -> Int {
        let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
        let read = SQS.GetQueueAttributes(queueURL: queueURL, names: names)
        let attributes = try await translatingErrors { try await client.perform(read) }
        let counts = names.compactMap { attributes[$0].flatMap { Int($0) } }
        guard counts.count == names.count else {
            throw DependencyError(
                dependency: AWSService.sqs.endpointPrefix,
                code: "MissingAttribute",
                message: "the queue does not say how much waits in it",
                isTransient: true
            )
        }
        return counts.reduce(0, +)
    }
}
