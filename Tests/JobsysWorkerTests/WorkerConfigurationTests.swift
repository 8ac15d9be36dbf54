import Configuration
import JobsysAWSAdapters
import JobsysCore
import JobsysServiceRuntime
import JobsysWorker
import Testing

@Suite("The worker's settings")
struct WorkerConfigurationTests {
    static let complete: [String: String] = [
        "DDB_TABLE": "jobs",
        "SQS_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs",
        "SQS_DLQ_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs-dlq",
        "SQS_FIFO_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs.fifo",
        "SQS_FIFO_DLQ_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs-dlq.fifo",
    ]

    @Test("have defaults for all but the table and the queues")
    func defaults() throws {
        let settings = try WorkerConfiguration(config: ServiceStart(environment: Self.complete).config)
        #expect(settings.port == 8081)
        #expect(settings.concurrency == 16)
        #expect(settings.lease == .seconds(60))
        #expect(settings.table == "jobs")
        #expect(settings.reconciles)
        #expect(settings.reconcilerGrace == .seconds(60))
        #expect(settings.breakerThreshold == 5)
        #expect(settings.shards == IndexShards.standard.count)
        #expect(settings.rateLimits == [:])
        #expect(settings.ecsAgentURL == nil)
    }

    @Test("limit the rate of as many types as are named")
    func rateLimits() throws {
        let environment = Self.complete.merging(["WORKER_RATE_LIMITS": "http=50, transform=200"]) { $1 }
        let settings = try WorkerConfiguration(config: ServiceStart(environment: environment).config)
        #expect(settings.rateLimits == ["http": 50, "transform": 200])
    }

    @Test(
        "that are wrong are refused by name",
        arguments: [
            ("DDB_TABLE", ""), ("SQS_QUEUE_URL", "jobs"), ("SQS_DLQ_URL", ""), ("WORKER_CONCURRENCY", "0"),
            ("LEASE_SECONDS", "2"), ("LEASE_SECONDS", "39601"), ("LEASE_SECONDS", "43200"), ("DRILL", "yes"),
            ("PORT", "http"), ("RECONCILER", "maybe"), ("RECONCILER_GRACE_SECONDS", "0"),
            ("SQS_FIFO_QUEUE_URL", ""), ("SQS_FIFO_DLQ_URL", ""), ("INDEX_SHARDS", "0"),
            ("WORKER_BREAKER_FAILURES", "0"), ("WORKER_RATE_LIMITS", "http"), ("WORKER_RATE_LIMITS", "http=0"),
            ("WORKER_RATE_LIMITS", "http=1,http=2"), ("WORKER_RATE_LIMITS", "HTTP=1"), ("ECS_AGENT_URI", "agent"),
        ]
    )
    func refused(key: String, value: String) throws {
        var environment = Self.complete
        environment[key] = value
        let config = ServiceStart(environment: environment).config
        let error = #expect(throws: ConfigurationError.self) { try WorkerConfiguration(config: config) }
        #expect(error?.key == key)
    }

    @Test(
        "offer drill jobs in stage dev, and elsewhere only when told to",
        arguments: [
            ([:], true), (["STAGE": "dev"], true), (["STAGE": "dev", "DRILL": "off"], false),
            (["STAGE": "staging"], false), (["STAGE": "prod"], false), (["STAGE": "prod", "DRILL": "on"], true),
            (["STAGE": "prod", "DRILL": " "], false),
        ] as [([String: String], Bool)]
    )
    func drill(_ variables: [String: String], isOffered: Bool) throws {
        let config = ServiceStart(environment: Self.complete.merging(variables) { $1 }).config
        #expect(try WorkerConfiguration(config: config).offersDrill == isOffered)
    }

    @Test("may have a lease as long as SQS can hide a message with all that is added to it")
    func longestLease() throws {
        let config = ServiceStart(environment: Self.complete.merging(["LEASE_SECONDS": "39600"]) { $1 }).config
        let lease = LeaseTiming(length: try WorkerConfiguration(config: config).lease)
        // Amazon SQS Developer Guide, "Visibility timeout": 12 hours at most. A message may be held 15 minutes more.
        #expect(lease.visibility + .seconds(900) <= .seconds(43200))
    }

    @Test("switch the reconciler off")
    func reconcilerOff() throws {
        let environment = Self.complete.merging(["RECONCILER": "off"]) { $1 }
        #expect(try WorkerConfiguration(config: ServiceStart(environment: environment).config).reconciles == false)
    }
}
