import JobsysAWSAdapters
import JobsysCore
import JobsysHTTP
public import JobsysServiceRuntime
import Logging
public import ServiceLifecycle

/// Builds what `svc-api` runs; the only place that knows which store and which queue it is.
public func buildAPI(_ start: ServiceStart) async throws -> [any Service] {
    let configuration = try APIConfiguration(config: start.config)
    let transport = try start.makeTransport()
    // A submission makes two calls, the second of which may wait for its turn behind one that fails: six seconds in all,
    // and two in an outage of all that it needs.
    let aws = try await AWSConnection(start, transport: transport, operationTimeout: .seconds(2))
    let client = aws.client
    let shards = IndexShards(configuration.shards)

    let store = DynamoDBJobStore(client: client, table: configuration.table, shards: shards)
    let queue = SQSJobSender(
        client: client,
        queueURL: configuration.queueURL,
        fifoQueueURL: configuration.fifoQueueURL
    )
    let readiness = Readiness(checks: [
        ReadinessCheck("dynamodb") { try await store.checkReachable() },
        ReadinessCheck("sqs") { try await queue.checkReachable() },
    ])
    var options = APIOptions()
    options.unknownTypes = configuration.unknownTypes
    let directory = DynamoDBWorkerDirectory(client: client, table: configuration.table)
    let cache = DirectoryCache(directory)
    options.stage = configuration.stage.rawValue
    let keys = DynamoDBAPIKeyStore(client: client, table: configuration.table)
    let ring = KeyRing(keys)
    let taken = configuration.auth == .off ? nil : configuration.tokens
    let tokenKeys = try taken.map { settings in
        TokenKeyRing(TokenKeySource(settings.place, transport: try start.makeTransport(TokenKeySource.limit)))
    }
    let tokens = taken.flatMap { settings in tokenKeys.map { TokenVerifier(settings.rules, keys: $0) } }
    if configuration.auth == .off {
        Logger.current.warning(
            "no credentials are asked for, whoever reaches the port may do everything: AUTH is off",
            metadata: ["stage": "\(configuration.stage.rawValue)"]
        )
    }
    let router = buildRouter(
        store: store,
        control: store,
        catalog: DynamoDBJobCatalog(client: client, table: configuration.table, shards: shards),
        queue: queue,
        directory: directory,
        cache: cache,
        readiness: readiness,
        stats: aws.meter,
        keys: keys,
        authentication: configuration.auth == .off ? .off : .required(ring, stage: options.stage, tokens: tokens),
        options: options
    )
    let application = buildApplication(
        router: router,
        host: configuration.host,
        port: configuration.port,
        options: options,
        logger: .current
    )
    return [cache, ring] + (tokenKeys.map { [$0] } ?? []) + [PlacedService(application, executor: transport.executor)]
}

extension APIConfiguration {
    /// Every variable that `svc-api` reads, the AWS client's too.
    public static var environment: [any EnvironmentVariable] { settings + DocumentedVariable.aws }
}

/// The store of API keys that the environment names, reached with the AWS credentials of whoever asks.
///
/// - Parameter environment: Read for `DDB_TABLE`, `STAGE` and what the AWS client reads.
/// - Returns: The store, and the stage that its keys are made for.
/// - Throws: `ConfigurationError` or `ConfigurationErrors` for what is missing or malformed.
func buildKeyStore(_ environment: [String: String]) async throws -> (store: any APIKeyStore, stage: String) {
    let start = ServiceStart(environment: environment)
    try start.config.validate([Setting.stage, Setting.table])
    let aws = try await AWSConnection(start, transport: start.makeTransport(), operationTimeout: .seconds(10))
    let store = DynamoDBAPIKeyStore(client: aws.client, table: try start.config.value(for: .table))
    return (store, try start.config.value(for: .stage).rawValue)
}
