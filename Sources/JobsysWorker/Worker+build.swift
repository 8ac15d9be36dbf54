import FoundationEssentials
import JobsysAWSAdapters
import JobsysCore
import JobsysHTTP
import JobsysObservability
package import JobsysServiceRuntime
import Logging
import ServiceLifecycle

/// The store of settings of a worker; nil if its environment says that there is none.
func workerSettingsStore(_ start: ServiceStart) async throws -> (any SettingsStore)? {
    try await start.parameterStore()
}

/// Builds what a worker runs, for these handlers.
///
/// The only place that knows which store and which queue it is.
func buildWorker(
    _ start: ServiceStart,
    handlers: JobRegistry,
    version: String
) async throws -> [any Service] {
    let configuration = try WorkerConfiguration(config: start.config)
    let transport = try start.makeTransport()
    let aws = try await AWSConnection(start, transport: transport)
    let client = aws.client

    let store = DynamoDBJobStore(client: client, table: configuration.table)
    let options = ReconcilerOptions(grace: configuration.reconcilerGrace)
    let queue = ObservedJobQueue(
        SQSJobQueue(client: client, queueURL: configuration.queueURL),
        window: options.margin
    )
    let fifoQueue = SQSJobQueue(client: client, queueURL: configuration.fifoQueueURL, limits: .sqsFIFO)
    let lease = LeaseTiming(length: configuration.lease)
    let figures = FigureCounter()
    let figureStore = DynamoDBFigureStore(client: client, table: configuration.table)
    let runMeter = RunMeter(figures: figures)
    let reconcilerMeter = ReconcilerMeter()
    let schedulerMeter = SchedulerMeter()
    let file = try configuration.readHandlersFile(beside: handlers, environment: start.environment)
    var handlers = handlers
    if configuration.offersDrill { handlers.register(DrillHandler()) }
    let endpoints = try await file?.httpEndpoints(start, aws, configuration)
    let registry = configuration.applied(
        to: handlers,
        file: file,
        environment: start.environment,
        endpoints: endpoints
    )
    var offer: Logger.Metadata = ["job.types": "\(registry.types.sorted().joined(separator: " "))"]
    offer["handlers.file"] = configuration.handlersFile.map { "\($0)" }
    Logger.current.info("offers its types of jobs", metadata: offer)
    let sender = SQSJobSender(
        client: client,
        queueURL: configuration.queueURL,
        fifoQueueURL: configuration.fifoQueueURL
    )
    let workflows = WorkflowEngine(
        store: DynamoDBWorkflowStore(client: client, table: configuration.table),
        jobs: store,
        sender: sender
    )
    let directory = DynamoDBWorkerDirectory(client: client, table: configuration.table)
    let gate = TypeGate(policy: registry.policy)
    let handlerThreads = HandlerThreads(count: configuration.concurrency)
    func runner(
        of queue: any JobQueue,
        replacer: (any MessageReplacer)?,
        deadLetterQueueURL: String
    ) -> JobRunner {
        JobRunner(
            store: store,
            queue: queue,
            replacer: replacer,
            deadLetters: SQSDeadLetterSender(client: client, queueURL: deadLetterQueueURL),
            directory: directory,
            workflows: workflows,
            registry: registry,
            gate: gate,
            lease: lease,
            meter: runMeter,
            clock: EventLoopClock(),
            makeOwner: UniqueID.make,
            handlerExecutor: handlerThreads
        )
    }
    let consumer = JobConsumer(
        lanes: [
            JobLane(
                queue,
                runner: runner(
                    of: queue,
                    replacer: queue,
                    deadLetterQueueURL: configuration.deadLetterQueueURL
                )
            ),
            JobLane(
                fifoQueue,
                runner: runner(
                    of: fifoQueue,
                    replacer: nil,
                    deadLetterQueueURL: configuration.fifoDeadLetterQueueURL
                )
            ),
        ],
        store: store,
        gate: gate,
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
    var health = HealthServer(
        readiness: readiness,
        liveness: { consumer.problem },
        stats: aws.meter,
        metrics: [
            runMeter, reconcilerMeter, schedulerMeter, consumer,
            QueueMetrics(["jobs": backlog, "jobs.fifo": orderedBacklog]),
        ],
        host: configuration.host,
        port: configuration.port
    )
    if let callbacks = endpoints?.callbacks {
        health = health.serving {
            callbacks.addRoutes(to: $0)
        } onListening: { port in
            callbacks.listen(at: CallbackURL.own(host: configuration.host, port: port))
        }
    }
    let drain = DrainSignal()
    let announcer = WorkerAnnouncer(
        .ofThisProcess(version: version, types: registry.types, slots: configuration.concurrency),
        sensitive: Dictionary(
            uniqueKeysWithValues: registry.types.map { ($0, registry.policy(ofType: $0).sensitive) }
                .filter { !$1.isEmpty }
        ),
        directory: directory,
        drain: drain,
        status: consumer.describe
    )
    let watcher = TypeWatcher(registry.types, directory: directory, gate: gate)
    // Stops after the consumer, so that it adds what the last jobs were.
    let flusher = PeriodicService(every: FigureCounter.interval) { await figures.flush(to: figureStore) }
    var services: [any Service] = [health, flusher, handlerThreads, announcer, watcher, watcher.preceding(consumer)]
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
        let shards = IndexShards(configuration.shards)
        let reconciler = Reconciler(
            store: DynamoDBReconcilerStore(client: client, table: configuration.table, shards: shards),
            sender: sender,
            backlog: backlog,
            orderedBacklog: orderedBacklog,
            workflows: workflows,
            oldestReceipt: { queue.oldestRecentReceipt },
            isOffered: { type in
                guard !gate.isPaused(type) else { return false }
                return await directory.offers(type, registry)
            },
            options: options,
            meter: reconcilerMeter
        )
        let leases = DynamoDBLeaderLeases(client: client, table: configuration.table)
        let lead = Lead()
        services.append(ReconcilerService(reconciler: reconciler, leases: leases, owner: UUID().uuidString, lead: lead))
        let jobs = DynamoDBJobStore(client: client, table: configuration.table, shards: shards)
        let scheduler = Scheduler(
            store: DynamoDBScheduleStore(client: client, table: configuration.table),
            jobs: jobs,
            submitter: JobSubmitter(store: jobs, queue: sender),
            meter: schedulerMeter
        )
        services.append(SchedulerService(scheduler: scheduler, lead: lead))
    }
    return services + [drain]
}

extension WorkerConfiguration {
    /// Every variable that `svc-worker` reads, the AWS client's too.
    package static var environment: [any EnvironmentVariable] { settings + DocumentedVariable.aws }
}
