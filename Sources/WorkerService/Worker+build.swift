import AWS
import CurlHTTP
import Jobs
import JobsAWS
public import ServiceLifecycle
public import ServiceRuntime

/// Builds what `svc-worker` runs.
///
/// The only place that knows which store and which queue it is.
public func buildWorker(_ start: ServiceStart) throws -> [any Service] {
    let configuration = try WorkerConfiguration(config: start.config)
    let transport = try CurlTransport()
    let aws = try AWSConfiguration(environment: start.environment, transport: transport)
    let client = AWSClient(configuration: aws, transport: transport)

    let store = DynamoDBJobStore(client: client, table: configuration.table)
    let queue = SQSJobQueue(client: client, queueURL: configuration.queueURL)
    let fifoQueue = SQSJobQueue(client: client, queueURL: configuration.fifoQueueURL)
    let lease = LeaseTiming(length: configuration.lease)
    func runner(of queue: SQSJobQueue, deadLetterQueueURL: String) -> JobRunner {
        JobRunner(
            store: store,
            queue: queue,
            deadLetters: SQSDeadLetterSender(client: client, queueURL: deadLetterQueueURL),
            registry: .builtIn,
            lease: lease
        )
    }
    let consumer = JobConsumer(
        lanes: [
            .unordered(queue, runner: runner(of: queue, deadLetterQueueURL: configuration.deadLetterQueueURL)),
            .ordered(
                fifoQueue,
                runner: runner(of: fifoQueue, deadLetterQueueURL: configuration.fifoDeadLetterQueueURL)
            ),
        ],
        store: store,
        gate: TypeGate(threshold: configuration.breakerThreshold, rateLimits: configuration.rateLimits),
        options: JobConsumer.Options(
            concurrency: configuration.concurrency,
            visibility: lease.visibility,
            grace: configuration.grace
        )
    )
    let readiness = Readiness(
        checks: [
            ReadinessCheck("dynamodb") { try await store.checkReachable() },
            ReadinessCheck("sqs") { for queue in [queue, fifoQueue] { try await queue.checkReachable() } },
        ],
        details: { consumer.details }
    )
    let health = HealthServer(
        readiness: readiness,
        liveness: { consumer.problem },
        host: configuration.host,
        port: configuration.port
    )
    let protection = configuration.ecsAgentURL.flatMap { url in
        ScaleInProtection(agentURL: url, transport: transport) { consumer.runningJobs }
    }
    return [health, consumer] + [protection].compactMap { $0 }
}
