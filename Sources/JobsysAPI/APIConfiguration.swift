public import Configuration
public import JobsysServiceRuntime

/// The settings of `svc-api`.
public struct APIConfiguration: Sendable, Hashable {
    /// The port that HTTP is served on; 0 takes a free one.
    public var port: Int
    /// The address that HTTP is served on.
    public var host: String
    /// The table that holds the jobs.
    public var table: String
    /// The queue that carries the jobs.
    public var queueURL: String
    /// The queue that carries the jobs with an ordering key.
    public var fifoQueueURL: String
    /// Over how many partitions of each index jobs are spread.
    public var shards: Int
    /// What becomes of submissions of a type that no worker offers.
    public var unknownTypes: UnknownTypes
    /// Where this runs, which is what API keys are made for.
    public var stage: Stage
    /// Whether requests have to show a credential.
    public var auth: AuthMode
    /// How long it is kept who has changed what.
    public var auditRetention: Duration
    /// The origins whose web pages may use the API.
    package var origins: AllowedOrigins
    /// The proxies whose word on where a request comes from is believed.
    package var proxies: TrustedProxies
    /// How many connections are open at a time.
    public var connections: Int
    /// How many requests are let through from each tenant and with each key; nil if that is not limited.
    public var rateLimits: RateLimits?
    /// How many jobs of a tenant may be open; nil if that is not limited.
    public var openJobs: OpenJobsLimits?
    /// Whose JSON Web Tokens are taken beside API keys; nil for nobody's.
    public var tokens: TokenSettings?

    /// Reads `PORT` (8080), `HOST` (`*`), `DDB_TABLE`, `SQS_QUEUE_URL`, `SQS_FIFO_QUEUE_URL`, `INDEX_SHARDS` (4),
    /// `UNKNOWN_TYPES` (`accept`), `STAGE` (`dev`), `AUTH` (`off` in stage dev, `required` elsewhere),
    /// `AUDIT_RETENTION_DAYS` (365), `CORS_ORIGINS`, `TRUSTED_PROXIES`, `RATE_LIMITS` and `OPEN_JOBS_LIMIT` (none),
    /// `MAX_CONNECTIONS` (4096) and what ``TokenSettings`` reads.
    ///
    /// - Throws: `ConfigurationError` for the first that is missing or malformed.
    public init(config: ConfigReader) throws(ConfigurationError) {
        port = try config.value(for: .port(default: 8080))
        host = try config.value(for: .host)
        table = try config.value(for: .table)
        queueURL = try config.value(for: .queueURL)
        fifoQueueURL = try config.value(for: .fifoQueueURL)
        shards = try config.value(for: .indexShards)
        unknownTypes = try config.value(for: .unknownTypes)
        stage = try config.value(for: .stage)
        auth = try config.value(for: Setting<AuthMode>.auth.optional) ?? (stage == .dev ? .off : .required)
        tokens = try TokenSettings(config: config)
        auditRetention = .seconds(try config.value(for: .auditRetentionDays) * 86400)
        origins = try config.value(for: Setting<AllowedOrigins>.corsOrigins.optional) ?? .none
        proxies = try config.value(for: Setting<TrustedProxies>.trustedProxies.optional) ?? .none
        connections = try config.value(for: .maxConnections)
        rateLimits = try config.value(for: Setting<RateLimits>.rateLimits.optional)
        openJobs = try config.value(for: Setting<OpenJobsLimits>.openJobsLimit.optional)
        if origins.isEverybody, auth == .required {
            throw ConfigurationError(
                key: Setting<AllowedOrigins>.corsOrigins.key,
                found: "*",
                expected: "the origins that may send credentials, each by its name: * is for AUTH=off alone"
            )
        }
    }

    /// Every variable, beside those of the AWS client, that the API reads.
    public static var settings: [any EnvironmentVariable] {
        let own: [any EnvironmentVariable] = [
            Setting.port(default: 8080), Setting.host, Setting.table, Setting.queueURL,
            Setting.fifoQueueURL, Setting.indexShards, Setting.unknownTypes, Setting.auth.optional,
            Setting.auditRetentionDays,
            Setting.corsOrigins.optional, Setting.trustedProxies.optional,
            Setting.maxConnections, Setting.rateLimits.optional, Setting.openJobsLimit.optional,
        ]
        return ServiceSettings.base + own + TokenSettings.settings
    }
}

/// Whether requests have to show a credential.
public enum AuthMode: String, Sendable, Hashable, CaseIterable {
    /// They have to.
    case required
    /// They have not: whoever reaches the port may do everything.
    case off
}

extension Setting where Value == AuthMode {
    /// `AUTH`: whether requests have to show a credential.
    static var auth: Self {
        .choice(
            "AUTH",
            summary:
                "Whether requests have to show an API key or token; off in stage dev and required elsewhere if not set"
        )
    }
}

extension Setting where Value == Int {
    /// `AUDIT_RETENTION_DAYS`: how long entries of the audit trail are kept.
    static var auditRetentionDays: Self {
        .int(
            "AUDIT_RETENTION_DAYS",
            summary: "For how many days it is kept who has changed what",
            in: 1...3650,
            default: 365
        )
    }

    /// `MAX_CONNECTIONS`: how many connections are open at a time.
    static var maxConnections: Self {
        .int(
            "MAX_CONNECTIONS",
            summary: "How many connections are open at a time; those beyond wait to be taken",
            in: 16...1_000_000,
            default: 4096
        )
    }
}

extension Setting where Value == UnknownTypes {
    /// `UNKNOWN_TYPES`: what becomes of submissions of a type that no worker offers.
    static var unknownTypes: Self {
        .choice(
            "UNKNOWN_TYPES",
            summary: "Whether jobs of a type that no worker offers are accepted, with a warning, or refused",
            default: .accept
        )
    }
}
