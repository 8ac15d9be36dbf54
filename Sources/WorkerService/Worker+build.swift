import AWS
import CurlHTTP
import FoundationEssentials
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
    let client = AWSClient(configuration: aws, transport: transport)

    let store = DynamoDBJobStore(client: client, table: configuration.table)
    let options = ReconcilerOptions(grace: configuration.reconcilerGrace)
    let queue = ObservedJobQueue(
        SQSJobQueue(client: client, queueURL: configuration.queueURL),
        window: options.margin
    )
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
    let health = HealthServer(readiness: readiness, host: configuration.host, port: configuration.port)
    guard configuration.reconciles else { return [health, consumer] }
    let reconciler = Reconciler(
        store: DynamoDBReconcilerStore(client: client, table: configuration.table),
        sender: SQSJobSender(client: client, queueURL: configuration.queueURL),
        backlog: SQSQueueBacklog(client: client, queueURL: configuration.queueURL),
        oldestReceipt: { queue.oldestRecentReceipt },
        options: options
    )
    let leases = DynamoDBLeaderLeases(client: client, table: configuration.table)
    return [health, consumer, ReconcilerService(reconciler: reconciler, leases: leases, owner: UUID().uuidString)]
}
