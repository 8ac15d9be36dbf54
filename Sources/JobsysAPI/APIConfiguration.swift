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
    /// Whose JSON Web Tokens are taken beside API keys; nil for nobody's.
    public var tokens: TokenSettings?

    /// Reads `PORT` (8080), `HOST` (`*`), `DDB_TABLE`, `SQS_QUEUE_URL`, `SQS_FIFO_QUEUE_URL`, `INDEX_SHARDS` (4),
    /// `UNKNOWN_TYPES` (`accept`), `STAGE` (`dev`), `AUTH` (`off` in stage dev, `required` elsewhere) and what
    /// ``TokenSettings`` reads.
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
    }

    /// Every variable, beside those of the AWS client, that the API reads.
    public static var settings: [any EnvironmentVariable] {
        let own: [any EnvironmentVariable] = [
            Setting.port(default: 8080), Setting.host, Setting.table, Setting.queueURL,
            Setting.fifoQueueURL, Setting.indexShards, Setting.unknownTypes, Setting.auth.optional,
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
