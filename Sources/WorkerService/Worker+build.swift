import AWS
import CurlHTTP
import Jobs
import JobsAWS
public import ServiceLifecycle
public import ServiceRuntime

/// Builds what `svc-worker` runs.
///
/// The only place that knows which store and which queue it is.
public func buildWorker(_ start: ServiceStart) async throws -> [any Service] {
    let configuration = try WorkerConfiguration(config: start.config)
    let transport = try CurlTransport(configuration: .init(environment: start.environment))
    let aws = try await AWSConfiguration.discoveringRegion(environment: start.environment, transport: transport)
    let meter = CallMeter()
    let client = AWSClient(configuration: aws, transport: transport, observer: meter)

    let store = DynamoDBJobStore(client: client, table: configuration.table)
    let queue = SQSJobQueue(client: client, queueURL: configuration.queueURL)
    let lease = LeaseTiming(length: configuration.lease)
    let runner = JobRunner(
        store: store,
        queue: queue,
        deadLetters: SQSDeadLetterSender(client: client, queueURL: configuration.deadLetterQueueURL),
        registry: .builtIn,
        lease: lease
    )
    let consumer = JobConsumer(
        runner: runner,
        queue: queue,
        store: store,
        options: JobConsumer.Options(
            concurrency: configuration.concurrency,
            visibility: lease.visibility,
            grace: configuration.grace
        )
    )
    let readiness = Readiness(checks: [
        ReadinessCheck("dynamodb") { try await store.checkReachable() },
        ReadinessCheck("sqs") { try await queue.checkReachable() },
    ])
    let health = HealthServer(
        readiness: readiness,
        meter: meter,
        host: configuration.host,
        port: configuration.port
    )
    return [health, consumer]
}
