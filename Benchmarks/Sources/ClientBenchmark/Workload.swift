import JobsysAWS

/// What is measured; the raw value is the operation's name.
enum Workload: String, CaseIterable {
    case sendMessage = "SendMessage"
    case putItem = "PutItem"
    case getItem = "GetItem"
    case receiveMessage = "ReceiveMessage"

    /// Performs the operation `count` times in all, `concurrency` at a time.
    func perform(with client: AWSClient, concurrency: Int, count: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<concurrency {
                let share = count / concurrency + (worker < count % concurrency ? 1 : 0)
                group.addTask {
                    for _ in 0..<share { try await performOnce(with: client) }
                }
            }
            try await group.waitForAll()
        }
    }

    func performOnce(with client: AWSClient) async throws {
        switch self {
        case .sendMessage: _ = try await client.perform(Self.send)
        case .putItem: _ = try await client.perform(Self.put)
        case .getItem: _ = try await client.perform(Self.get)
        case .receiveMessage: _ = try await client.perform(Self.receive)
        }
    }

    static let send = SQS.SendMessage(queueURL: queueURL, body: message)
    static let put = DynamoDB.PutItem(table: "Jobs", item: job, condition: .attributeNotExists("PK"))
    static let get = DynamoDB.GetItem(table: "Jobs", key: ["PK": .s("JOB#01890a5d-ac96-774b-bcce-b302099a8057")])
    static let receive = SQS.ReceiveMessage(queueURL: queueURL, maxMessages: 10, wait: .zero)

    private static let queueURL = "http://sqs.eu-central-1.localhost:4566/000000000000/jobsys-jobs"

    static let message = """
        {"jobId":"01890a5d-ac96-774b-bcce-b302099a8057","payloadHash":\
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",\
        "traceId":"1-581cf771-a006649127e371903a2de979","generation":1}
        """

    private static let job: DynamoDB.Item = [
        "PK": .s("JOB#01890a5d-ac96-774b-bcce-b302099a8057"),
        "status": .s("PENDING"),
        "type": .s("transform"),
        "payload": .s(#"{"text":"hello, world","sleepMs":0}"#),
        "payloadHash": .s("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        "tenant": .s("default"),
        "generation": .n(1),
        "attempts": .n(0),
        "maxAttempts": .n(5),
        "traceId": .s("1-581cf771-a006649127e371903a2de979"),
        "createdAt": .s("2024-01-01T00:00:00.000Z"),
        "updatedAt": .s("2024-01-01T00:00:00.000Z"),
        "expiresAt": .n(1_705_276_801),
    ]
}
