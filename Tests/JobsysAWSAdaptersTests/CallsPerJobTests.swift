import JobsysAWS
import JobsysAWSAdapters
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysSigV4
import JobsysTestKit
import Testing

/// What AWS bills for a job; these figures are what the system costs, so that they rise is a defect.
@Suite("Calls per job", .timeLimit(.minutes(1)))
struct CallsPerJobTests {
    /// Eight calls at a time, of which the first one leaves with one message and the others are full.
    private static let jobsOfEightCalls = 71

    @Test("A job alone takes two calls to submit, and four to run")
    func alone() async throws {
        let fixture = Fixture(holding: 1)
        try await fixture.submit(1)
        #expect(fixture.calls == ["PutItem": 1, "SendMessage": 1])
        try await fixture.run(1)
        #expect(
            fixture.calls == [
                "PutItem": 1, "SendMessage": 1, "ReceiveMessage": 1, "UpdateItem": 2, "DeleteMessageBatch": 1,
            ]
        )
    }

    @Test("Jobs at once share the calls that send, receive and delete their messages")
    func atOnce() async throws {
        let jobs = Self.jobsOfEightCalls
        let fixture = Fixture(holding: 8)
        try await fixture.submit(jobs)
        #expect(fixture.calls == ["PutItem": jobs, "SendMessage": 1, "SendMessageBatch": 7])
        fixture.aws.close()
        try await fixture.run(jobs)
        #expect(
            fixture.calls == [
                "PutItem": jobs, "SendMessage": 1, "SendMessageBatch": 7, "ReceiveMessage": 8, "UpdateItem": 2 * jobs,
                "DeleteMessageBatch": 8,
            ]
        )
    }

    private struct Fixture {
        let aws: HeldAWS
        let meter = CallMeter()
        private let submitter: JobSubmitter
        private let queue: SQSJobQueue
        private let runner: JobRunner

        init(holding calls: Int) {
            aws = HeldAWS(holding: calls)
            let credentials = AWSCredentials(accessKeyID: "test", secretAccessKey: "test")
            let client = AWSClient(
                configuration: AWSConfiguration(region: "us-east-1", credentials: StaticCredentials(credentials)),
                transport: aws,
                observer: meter
            )
            let store = DynamoDBJobStore(client: client, table: "jobs")
            let url = "https://sqs.us-east-1.amazonaws.com/1/jobs"
            queue = SQSJobQueue(client: client, queueURL: url)
            submitter = JobSubmitter(
                store: store,
                queue: SQSJobSender(client: client, queueURL: url, fifoQueueURL: url)
            )
            var registry = JobRegistry()
            registry.registerBuiltIn()
            runner = JobRunner(
                store: store,
                queue: queue,
                deadLetters: SQSDeadLetterSender(client: client, queueURL: url),
                registry: registry
            )
        }

        /// How often each operation was called.
        var calls: [String: Int] {
            Dictionary(uniqueKeysWithValues: meter.tallies.map { ($0.key.name, $0.value.total.calls) })
        }

        func submit(_ count: Int) async throws {
            let submission = Submission(type: "transform", payload: ["text": "hello"])
            try await withThrowingTaskGroup { group in
                for _ in 0..<count {
                    group.addTask { _ = try await submitter.submit(submission, trace: .sample) }
                }
                try await group.waitForAll()
            }
        }

        func run(_ count: Int) async throws {
            var deliveries: [Delivery] = []
            while deliveries.count < count {
                deliveries += try await queue.receive(upTo: 10, wait: .zero, visibility: .seconds(60))
            }
            try await withThrowingTaskGroup { group in
                for delivery in deliveries {
                    group.addTask { try await runner.process(delivery) }
                }
                try await group.waitForAll()
            }
        }
    }
}
