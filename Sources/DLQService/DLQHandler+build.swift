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
    let transport = try CurlTransport(configuration: .init(environment: start.environment))
    let runtimeAPI = try start.config.value(for: .lambdaRuntimeAPI)
        .map { authority in
            HTTPLambdaRuntimeAPI(authority: authority, transport: transport)
        }
    return try await reportingFailure(to: runtimeAPI) {
        let configuration = try DLQConfiguration(config: start.config)
        let aws = try await AWSConfiguration.discoveringRegion(environment: start.environment, transport: transport)
        let meter = CallMeter()
        let client = AWSClient(configuration: aws, transport: transport, observer: meter)
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
            return [LambdaRuntimeLoop(api: api, function: function.handle)]
        case .queue(let polling):
            let queue = SQSJobQueue(client: client, queueURL: polling.deadLetterQueueURL)
            let readiness = Readiness(checks: [
                ReadinessCheck("dynamodb") { try await store.checkReachable() },
                ReadinessCheck("sqs") { try await queue.checkReachable() },
            ])
            return [
                HealthServer(readiness: readiness, meter: meter, host: polling.host, port: polling.port),
                DeadLetterPoller(queue: queue, processor: processor, checkStore: store.checkReachable),
            ]
        }
    }
}
