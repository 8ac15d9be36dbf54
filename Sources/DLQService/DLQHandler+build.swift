import AWS
import CurlHTTP
import Jobs
import JobsAWS
public import ServiceLifecycle
public import ServiceRuntime

/// Builds what `dlq-handler` runs, as a Lambda or as a poller.
///
/// The only place that knows which store and which queue it is. In a Lambda, a start that fails is told to Lambda
/// before the error is thrown.
public func buildDLQHandler(_ start: ServiceStart) async throws -> [any Service] {
    let transport = try CurlTransport()
    let runtimeAPI = try start.config.value(for: .lambdaRuntimeAPI)
        .map { authority in
            HTTPLambdaRuntimeAPI(authority: authority, transport: transport)
        }
    return try await reportingFailure(to: runtimeAPI) {
        let configuration = try DLQConfiguration(config: start.config)
        let aws = try AWSConfiguration(environment: start.environment, transport: transport)
        let client = AWSClient(configuration: aws, transport: transport)
        let store = DynamoDBJobStore(client: client, table: configuration.table)
        let processor = DeadLetterProcessor(
            recorder: DeadLetterRecorder(
                store: store,
                queue: SQSJobSender(client: client, queueURL: configuration.queueURL)
            )
        )

        switch configuration.source {
        case .lambda(let authority):
            let api = HTTPLambdaRuntimeAPI(authority: authority, transport: transport)
            let function = DeadLetterFunction(processor: processor, readReason: DeadLetterAttributes.reason)
            let loop = LambdaRuntimeLoop(api: api, function: function.handle)
            let extensions = HTTPLambdaExtensionsAPI(authority: authority, transport: transport)
            return [LambdaProcess(loop: loop, extensions: extensions)]
        case .queue(let polling):
            let queue = SQSJobQueue(client: client, queueURL: polling.deadLetterQueueURL)
            let readiness = Readiness(checks: [
                ReadinessCheck("dynamodb") { try await store.checkReachable() },
                ReadinessCheck("sqs") { try await queue.checkReachable() },
            ])
            return [
                HealthServer(readiness: readiness, host: polling.host, port: polling.port),
                DeadLetterPoller(queue: queue, processor: processor, checkStore: store.checkReachable),
            ]
        }
    }
}
