import JobsysAWS
import JobsysAWSAdapters
import JobsysCore
import JobsysHTTP
public import JobsysServiceRuntime
import Logging
public import ServiceLifecycle

/// Builds what `svc-api` runs; the only place that knows which store and which queue it is.
public func buildAPI(_ start: ServiceStart) async throws -> [any Service] {
    let configuration = try APIConfiguration(config: start.config)
    let transport = try CurlTransport(configuration: .init(environment: start.environment))
    var aws = try await AWSConfiguration.discoveringRegion(environment: start.environment, transport: transport)
    // A submission makes two calls, the second of which may wait for its turn behind one that fails: six seconds in all,
    // and two in an outage of all that it needs.
    aws.retry.operationTimeout = .seconds(2)
    let meter = CallMeter()
    let client = AWSClient(configuration: aws, transport: transport, observer: meter)

    let store = DynamoDBJobStore(client: client, table: configuration.table, shards: configuration.shards)
    let queue = SQSJobSender(
        client: client,
        queueURL: configuration.queueURL,
        fifoQueueURL: configuration.fifoQueueURL
    )
    let readiness = Readiness(checks: [
        ReadinessCheck("dynamodb") { try await store.checkReachable() },
        ReadinessCheck("sqs") { try await queue.checkReachable() },
    ])
    let options = APIOptions()
    let router = buildRouter(
        store: store,
        control: store,
        catalog: DynamoDBJobCatalog(client: client, table: configuration.table, shards: configuration.shards),
        queue: queue,
        readiness: readiness,
        meter: meter,
        options: options
    )
    let application = buildApplication(
        router: router,
        host: configuration.host,
        port: configuration.port,
        options: options,
        logger: .current
    )
    return [PlacedService(application, executor: transport.executor)]
}
