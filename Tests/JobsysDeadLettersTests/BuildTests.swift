import Configuration
import HTTPTypes
import JobsysAWSTestKit
import JobsysCore
import JobsysDeadLetters
import JobsysHTTP
import JobsysServiceRuntime
import JobsysTestKit
import JobsysTime
import Synchronization
import Testing

@Suite("The dlq-handler", .timeLimit(.minutes(1)))
struct BuildTests {
    static let aws = ["AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"]
    static let jobs = "http://localhost:4566/000000000000/jobs"
    static let deadLetters = "http://localhost:4566/000000000000/jobs-dlq"
    static let queues = ["DDB_TABLE": "Jobs", "SQS_QUEUE_URL": jobs, "SQS_FIFO_QUEUE_URL": "\(jobs).fifo"]
    static let lambda = queues.merging(["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"]) { $1 }
    static let poller = queues.merging(["SQS_DLQ_URL": deadLetters, "SQS_FIFO_DLQ_URL": "\(deadLetters).fifo"]) { $1 }

    @Test("As a poller it serves its health and polls both queues")
    func poller() async throws {
        let services = try await buildDLQHandler(ServiceStart(environment: Self.aws.merging(Self.poller) { $1 }))
        let expected = ["HealthServer", "PeriodicService", "DeadLetterPoller", "DeadLetterPoller"]
        #expect(services.map { "\(type(of: $0))" } == expected)
    }

    @Test("As a Lambda it serves nothing and needs no queue of dead letters")
    func lambda() async throws {
        let services = try await buildDLQHandler(ServiceStart(environment: Self.aws.merging(Self.lambda) { $1 }))
        #expect(services.map { "\(type(of: $0))" } == ["LambdaProcess"])
    }

    @Test("Its settings are read from the environment")
    func configuration() throws {
        var polling = DLQConfiguration.Polling(
            deadLetterQueueURL: Self.deadLetters,
            fifoDeadLetterQueueURL: "\(Self.deadLetters).fifo",
            host: "*",
            port: 8082
        )
        #expect(try read(Self.poller) == expected(.queue(polling)))
        polling.host = "127.0.0.1"
        polling.port = 0
        #expect(
            try read(Self.poller.merging(["HOST": "127.0.0.1", "PORT": "0"]) { $1 }) == expected(.queue(polling))
        )
        #expect(
            try read(Self.lambda.merging(["PORT": "nonsense"]) { $1 })
                == expected(.lambda(runtimeAPI: "127.0.0.1:9001"))
        )
    }

    private func expected(_ source: DLQConfiguration.Source) -> DLQConfiguration {
        DLQConfiguration(table: "Jobs", queueURL: Self.jobs, fifoQueueURL: "\(Self.jobs).fifo", source: source)
    }

    @Test("Everything that is missing for polling is told at once")
    func missing() throws {
        let errors = #expect(throws: ConfigurationErrors.self) { try read(["PORT": "x"]) }
        #expect(
            errors?.problems.map(\.key) == [
                "DDB_TABLE", "SQS_QUEUE_URL", "SQS_FIFO_QUEUE_URL", "SQS_DLQ_URL", "SQS_FIFO_DLQ_URL", "PORT",
            ]
        )
    }

    @Test("An address of the runtime API that is none stops the start")
    func malformedRuntimeAPI() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try read(["DDB_TABLE": "Jobs", "AWS_LAMBDA_RUNTIME_API": "http://x/"])
        }
        #expect(error?.key == "AWS_LAMBDA_RUNTIME_API")
    }

    @Test("A start that fails in a Lambda is told to Lambda")
    func initError() async throws {
        try await ScriptedServer.with(responses: [.respond(202)]) { server in
            let environment = Self.aws.merging([
                "AWS_LAMBDA_RUNTIME_API": server.authority, "SQS_QUEUE_URL": Self.jobs,
                "SQS_FIFO_QUEUE_URL": "\(Self.jobs).fifo",
            ]) { $1 }
            await #expect(throws: ConfigurationErrors.self) {
                try await buildDLQHandler(ServiceStart(environment: environment))
            }
            #expect(server.requests.map(\.path) == ["/2018-06-01/runtime/init/error"])
            #expect(
                server.requests[0].text == #"{"errorMessage":"DDB_TABLE: missing, expected a table's name of 3 to 255 "#
                    + #"letters, digits, \"_\", \"-\" or \".\"","errorType":"Runtime.InitFailed","stackTrace":[]}"#
            )
        }
    }

    @Test("A start that fails throws its own error, also if Lambda cannot be told")
    func initErrorUnreachable() async throws {
        let environment = Self.aws.merging(["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"]) { $1 }
        await #expect(throws: ConfigurationErrors.self) {
            try await buildDLQHandler(ServiceStart(environment: environment))
        }
    }

    @Test("Over a real socket an event is answered with the letters that failed")
    func wholeLoop() async throws {
        let clock = ManualClock(epoch: .sample)
        let (good, busy) = (Job.spent(), Job.running(until: .sample + .seconds(60)))
        let store = InMemoryJobStore()
        [good, busy].forEach(store.put)
        let lambda = FakeLambda([
            event(record("good", body: good.message.body), record("busy", body: busy.message.body)), #"{"detail":1}"#,
        ])
        let function = DeadLetterFunction(
            processor: DeadLetterProcessor(
                recorder: DeadLetterRecorder(
                    store: store,
                    queue: InMemoryJobQueue(clock: clock),
                    now: { clock.timestamp }
                )
            ),
            readAttributes: { _, _ in },
            clock: clock,
            now: { clock.timestamp }
        )
        try await withTransport { transport in
            try await ScriptedServer.with(handler: lambda.answer) { server in
                let api = HTTPLambdaRuntimeAPI(authority: server.authority, transport: transport)
                try await running(LambdaRuntimeLoop(api: api, clock: clock, function: function.handle)) { _ in
                    await lambda.waitUntilIdle()
                }
                let posts = server.requests.filter { $0.method == "POST" }
                #expect(posts.map(\.path.lastComponents) == ["request-1/response", "request-2/error"])
                #expect(
                    posts.map(\.text) == [
                        #"{"batchItemFailures":[{"itemIdentifier":"busy"}]}"#,
                        #"{"errorMessage":"not an SQS event: the event has no Records (at byte 12)","#
                            + #""errorType":"Runtime.InvalidEvent","stackTrace":[]}"#,
                    ]
                )
            }
        }
        #expect(try await store.job(good.id)?.status == .failedFinal)
    }

    private func read(_ environment: [String: String]) throws -> DLQConfiguration {
        try DLQConfiguration(config: ServiceStart(environment: environment).config)
    }
}

/// Lambda's side of the socket: hands out events in turn and takes every answer.
private final class FakeLambda: Sendable {
    private let events: Mutex<(left: ArraySlice<String>, number: Int)>
    private let (idle, idleContinuation) = AsyncStream<Void>.makeStream()

    init(_ events: [String]) {
        self.events = Mutex((events[...], 0))
    }

    func waitUntilIdle() async {
        for await _ in idle { return }
    }

    func answer(_ request: ReceivedRequest) async -> Script {
        guard request.method == "GET" else { return .respond(202) }
        let next: (event: String, number: Int)? = events.withLock { events in
            events.number += 1
            return events.left.popFirst().map { ($0, events.number) }
        }
        guard let next else {
            idleContinuation.yield()
            return .hang
        }
        let deadline = Timestamp.sample + .seconds(30)
        return .respond(
            200,
            headers: [
                field("Lambda-Runtime-Aws-Request-Id"): "request-\(next.number)",
                field("Lambda-Runtime-Deadline-Ms"): "\(deadline.milliseconds)",
            ],
            text: next.event
        )
    }
}

extension String {
    fileprivate var lastComponents: String {
        split(separator: "/").suffix(2).joined(separator: "/")
    }
}
