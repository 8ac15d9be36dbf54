import FoundationEssentials
import JobsysAWS
import JobsysAWSAdapters
import JobsysCore
import JobsysHTTP
public import JobsysServiceRuntime
public import ServiceLifecycle

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
    let options = ReconcilerOptions(grace: configuration.reconcilerGrace)
    let queue = ObservedJobQueue(
        SQSJobQueue(client: client, queueURL: configuration.queueURL),
        window: options.margin
    )
    let fifoQueue = SQSJobQueue(client: client, queueURL: configuration.fifoQueueURL)
    let lease = LeaseTiming(length: configuration.lease)
    let runMeter = RunMeter()
    let reconcilerMeter = ReconcilerMeter()
    func runner(of queue: any JobQueue, deadLetterQueueURL: String) -> JobRunner {
        JobRunner(
            store: store,
            queue: queue,
            deadLetters: SQSDeadLetterSender(client: client, queueURL: deadLetterQueueURL),
            registry: .builtIn,
            lease: lease,
            meter: runMeter,
            makeOwner: InvocationID.unique
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
        ),
        executor: transport.executor
    )
    let readiness = Readiness(
        checks: [
            ReadinessCheck("dynamodb") { try await store.checkReachable() },
            ReadinessCheck("sqs") {
                try await queue.checkReachable()
                try await fifoQueue.checkReachable()
            },
            ReadinessCheck("intake") { try consumer.checkIntakes() },
        ],
        details: { consumer.details }
    )
    let backlog = SQSQueueBacklog(client: client, queueURL: configuration.queueURL)
    let orderedBacklog = SQSQueueBacklog(client: client, queueURL: configuration.fifoQueueURL)
    let health = HealthServer(
        readiness: readiness,
        liveness: { consumer.problem },
        meter: meter,
        metrics: [runMeter, reconcilerMeter, consumer, QueueMetrics(["jobs": backlog, "jobs.fifo": orderedBacklog])],
        host: configuration.host,
        port: configuration.port
    )
    var services: [any Service] = [health, consumer]
    if let url = configuration.ecsAgentURL,
        let protection = ScaleInProtection(
            agentURL: url,
            transport: transport,
            threshold: configuration.grace,
            longestRun: { consumer.longestRun }
        )
    {
        services.append(protection)
    }
    if configuration.reconciles {
        let reconciler = Reconciler(
            store: DynamoDBReconcilerStore(
                client: client,
                table: configuration.table,
                shards: configuration.shards
            ),
            sender: SQSJobSender(
                client: client,
                queueURL: configuration.queueURL,
                fifoQueueURL: configuration.fifoQueueURL
            ),
            backlog: backlog,
            orderedBacklog: orderedBacklog,
            oldestReceipt: { queue.oldestRecentReceipt },
            options: options,
            meter: reconcilerMeter
        )
        let leases = DynamoDBLeaderLeases(client: client, table: configuration.table)
        services.append(ReconcilerService(reconciler: reconciler, leases: leases, owner: UUID().uuidString))
    }
    return services
}
