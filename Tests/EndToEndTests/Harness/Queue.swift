import JobsysAWS

/// A queue, as the tests look into it.
struct Queue: Sendable {
    let aws: AWSAccess
    let url: String

    /// Puts a message into the queue; answers its id.
    @discardableResult
    func send(_ body: String) async throws -> String {
        try await aws.client.perform(SQS.SendMessage(queueURL: url, body: body)).messageID
    }

    /// Takes the only message; it stays hidden from everybody else until it is given back.
    func receiveOne() async throws -> SQS.Message {
        let receive = SQS.ReceiveMessage(queueURL: url, wait: .seconds(10), visibilityTimeout: .seconds(600))
        let messages = try await aws.client.perform(receive)
        guard messages.count == 1 else { throw HarnessError("\(messages.count) messages, not one, in \(url)") }
        return messages[0]
    }

    /// Shows a message to others again.
    func giveBack(_ message: SQS.Message) async throws {
        let change = SQS.ChangeMessageVisibility(
            queueURL: url,
            receiptHandle: message.receiptHandle,
            visibilityTimeout: .zero
        )
        try await aws.client.perform(change)
    }

    /// How many messages there are, those included that somebody has received.
    func count() async throws -> Int {
        let names = [
            "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        let attributes = try await aws.client.perform(SQS.GetQueueAttributes(queueURL: url, names: names))
        return attributes.values.compactMap { Int($0) }.reduce(0, +)
    }

    /// How many messages wait to be received.
    func waiting() async throws -> Int {
        try await attribute("ApproximateNumberOfMessages")
    }

    /// How many messages somebody has received and not given back.
    func inFlight() async throws -> Int {
        try await attribute("ApproximateNumberOfMessagesNotVisible")
    }

    private func attribute(_ name: String) async throws -> Int {
        let attributes = try await aws.client.perform(SQS.GetQueueAttributes(queueURL: url, names: [name]))
        return attributes[name].flatMap { Int($0) } ?? 0
    }

    /// Waits until nothing is left.
    func untilEmpty(within limit: Duration) async throws {
        try await eventually(within: limit, "\(url) is empty") { try await count() == 0 }
    }
}
