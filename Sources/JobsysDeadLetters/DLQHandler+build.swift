import JobsysAWS
import JobsysAWSAdapters
import JobsysCore
import JobsysHTTP
import JobsysObservability
public import JobsysServiceRuntime
public import ServiceLifecycle

/// The store of settings of `dlq-handler`; nil if its environment says that there is none.
///
/// - Throws: `ConfigurationError` for what is malformed in the environment.
public func dlqHandlerSettingsStore(_ start: ServiceStart) async throws -> (any SettingsStore)? {
    try await start.parameterStore()
}

/// Builds what `dlq-handler` runs, as a Lambda or as a poller.
///
/// The only place that knows which store and which queue it is. In a Lambda, a start that fails is told to Lambda
/// before the error is thrown.
public func buildDLQHandler(_ start: ServiceStart) async throws -> [any Service] {
    let transport = try start.makeTransport()
    let runtimeAPI = try start.config.value(for: .lambdaRuntimeAPI)
        .map { authority in
            HTTPLambdaRuntimeAPI(authority: authority, transport: transport)
        }
    return try await reportingFailure(to: runtimeAPI) {
        let configuration = try DLQConfiguration(config: start.config)
        let aws = try await AWSConnection(start, transport: transport)
        let client = aws.client
        let store = DynamoDBJobStore(client: client, table: configuration.table)
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
        let figures = FigureCounter()
        let figureStore = DynamoDBFigureStore(client: client, table: configuration.table)
        let processor = DeadLetterProcessor(
            recorder: DeadLetterRecorder(store: store, queue: sender, workflows: workflows, figures: figures),
            reporter: configuration.notifications.reporter(client: client, transport: transport),
            metrics: .standardOutput
        )

        switch configuration.source {
        case .lambda(let authority):
            let api = HTTPLambdaRuntimeAPI(authority: authority, transport: transport)
            let function = DeadLetterFunction(
                processor: processor,
                readAttributes: DeadLetterAttributes.read,
                afterLetters: { await figures.flush(to: figureStore) }
            )
            let loop = LambdaRuntimeLoop(api: api, function: function.handle)
            let extensions = HTTPLambdaExtensionsAPI(authority: authority, transport: transport)
            return [LambdaProcess(loop: loop, extensions: extensions)]
        case .queue(let polling):
            let queues = [polling.deadLetterQueueURL, polling.fifoDeadLetterQueueURL]
                .map { SQSJobQueue(client: client, queueURL: $0) }
            let pollers = zip(["dead-letters", "dead-letters.fifo"], queues)
                .map { name, queue in
                    DeadLetterPoller(
                        name: name,
                        queue: queue,
                        processor: processor,
                        checkStore: store.checkReachable,
                        grace: polling.grace
                    )
                }
            let probed = DeadLetterPollers(pollers: pollers)
            let readiness = Readiness(
                checks: [
                    ReadinessCheck("dynamodb") { try await store.checkReachable() },
                    ReadinessCheck("sqs") { for queue in queues { try await queue.checkReachable() } },
                    ReadinessCheck("receiving") { try probed.checkReceiving() },
                ],
                details: { probed.details }
            )
            let health = HealthServer(
                readiness: readiness,
                liveness: { probed.problem },
                stats: aws.meter,
                host: polling.host,
                port: polling.port
            )
            let flusher = PeriodicService(every: FigureCounter.interval) { await figures.flush(to: figureStore) }
            return [health, flusher] + pollers
        }
    }
}

extension NotificationSettings {
    /// Tells whoever is to be told.
    fileprivate func reporter(client: AWSClient, transport: CurlTransport) -> IncidentReporter {
        var notifiers: [any IncidentNotifier] = []
        if let webhook {
            notifiers.append(WebhookNotifier(url: webhook, secret: webhookSecret, transport: transport))
        }
        if let topicARN {
            notifiers.append(SNSIncidentNotifier(client: client, topicARN: topicARN))
        }
        return IncidentReporter(notifiers: notifiers)
    }
}

extension DLQConfiguration {
    /// Every variable that `dlq-handler` reads, the AWS client's too.
    public static var environment: [any EnvironmentVariable] { settings + DocumentedVariable.aws }
}
