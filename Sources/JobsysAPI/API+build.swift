import Glibc
import JobsysAWSAdapters
import JobsysCore
import JobsysHTTP
public import JobsysServiceRuntime
import JobsysTime
import Logging
public import ServiceLifecycle

/// The store of settings of `svc-api`; nil if its environment says that there is none.
///
/// - Throws: `ConfigurationError` for what is malformed in the environment.
public func apiSettingsStore(_ start: ServiceStart) async throws -> (any SettingsStore)? {
    try await start.parameterStore()
}

/// Builds what `svc-api` runs; the only place that knows which store and which queue it is.
public func buildAPI(_ start: ServiceStart) async throws -> [any Service] {
    let configuration = try APIConfiguration(config: start.config)
    let transport = try start.makeTransport()
    // A submission makes two calls, the second of which may wait for its turn behind one that fails: six seconds in all,
    // and two in an outage of all that it needs.
    let aws = try await AWSConnection(start, transport: transport, operationTimeout: .seconds(2))
    let client = aws.client
    let shards = IndexShards(configuration.shards)

    let openJobs = configuration.openJobs
    let store = DynamoDBJobStore(client: client, table: configuration.table, shards: shards) { tenant in
        openJobs?.limit(of: tenant) != nil
    }
    let catalog = DynamoDBJobCatalog(client: client, table: configuration.table, shards: shards)
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
    options.origins = configuration.origins
    options.proxies = configuration.proxies
    options.connectionLimit = connectionLimit(configuration.connections)
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
    if configuration.origins.isEverybody {
        Logger.current.warning(
            "every web page may use the API from the browsers of those who reach it: CORS_ORIGINS is *"
        )
    }
    // Who limits nothing needs no count.
    let apis = configuration.rateLimits.map { _ in LiveAPIs(directory) }
    let limiter = configuration.rateLimits.map { limits in
        RateLimiter(limits, elapsed: stopwatch(options.clock), processes: { apis?.count ?? 1 })
    }
    let figures = FigureCounter()
    let figureStore = DynamoDBFigureStore(client: client, table: configuration.table)
    let board = FigureBoard(
        figureStore,
        backlogs: [configuration.queueURL, configuration.fifoQueueURL]
            .map { SQSQueueBacklog(client: client, queueURL: $0) },
        elapsed: stopwatch(options.clock)
    )
    let router = buildRouter(
        store: store,
        control: store,
        catalog: catalog,
        queue: queue,
        workflows: WorkflowEngine(
            store: DynamoDBWorkflowStore(client: client, table: configuration.table),
            jobs: store,
            sender: queue
        ),
        directory: directory,
        cache: cache,
        readiness: readiness,
        stats: aws.meter,
        schedules: DynamoDBScheduleStore(client: client, table: configuration.table),
        keys: keys,
        audit: DynamoDBAuditTrail(client: client, table: configuration.table, retention: configuration.auditRetention),
        authentication: configuration.auth == .off ? .off : .required(ring, stage: options.stage, tokens: tokens),
        figures: figures,
        board: board,
        limiter: limiter,
        quota: openJobs.map { OpenJobsQuota($0, counter: catalog, elapsed: stopwatch(options.clock)) },
        options: options
    )
    let application = buildApplication(
        router: router,
        host: configuration.host,
        port: configuration.port,
        options: options,
        logger: .current
    )
    let optional: [(any Service)?] = [apis, tokenKeys]
    // Stops after the server, so that it adds what the last requests were.
    let flusher = PeriodicService(every: FigureCounter.interval) { await figures.flush(to: figureStore) }
    return [flusher] + optional.compactMap(\.self) + [
        cache, ring, PlacedService(application, executor: transport.executor),
    ]
}

/// How many connections may be open, so that file descriptors are left for connections to AWS and for the rest.
private func connectionLimit(_ wanted: Int) -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return wanted }
    let possible = max(16, Int(clamping: limit.rlim_cur) - 256)
    if possible < wanted {
        Logger.current.warning(
            "fewer connections are taken than MAX_CONNECTIONS says: the process may have too few open files",
            metadata: ["connections": "\(possible)", "openFiles": "\(limit.rlim_cur)"]
        )
    }
    return min(wanted, possible)
}

extension APIConfiguration {
    /// Every variable that `svc-api` reads, the AWS client's too.
    public static var environment: [any EnvironmentVariable] { settings + DocumentedVariable.aws }
}

/// What changes API keys without a service: the table, reached with the AWS credentials of whoever asks.
struct KeyAdministration: Sendable {
    /// Where the keys are.
    let store: any APIKeyStore
    /// Where changes are noted.
    let trail: any AuditTrail
    /// The stage that keys are made for.
    let stage: String
}

/// Reaches the table that the environment names.
///
/// - Parameter environment: Read for `DDB_TABLE`, `STAGE`, `AUDIT_RETENTION_DAYS` and what the AWS client reads.
/// - Returns: What changes its keys.
/// - Throws: `ConfigurationError` or `ConfigurationErrors` for what is missing or malformed.
func buildKeyAdministration(_ environment: [String: String]) async throws -> KeyAdministration {
    let start = ServiceStart(environment: environment)
    try start.config.validate([Setting.stage, Setting.table, Setting.auditRetentionDays])
    let aws = try await AWSConnection(start, transport: start.makeTransport(), operationTimeout: .seconds(10))
    let table = try start.config.value(for: .table)
    let retention = Duration.seconds(try start.config.value(for: .auditRetentionDays) * 86400)
    return KeyAdministration(
        store: DynamoDBAPIKeyStore(client: aws.client, table: table),
        trail: DynamoDBAuditTrail(client: aws.client, table: table, retention: retention),
        stage: try start.config.value(for: .stage).rawValue
    )
}
