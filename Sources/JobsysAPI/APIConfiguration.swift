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

    /// Reads `PORT` (8080), `HOST` (`*`), `DDB_TABLE`, `SQS_QUEUE_URL`, `SQS_FIFO_QUEUE_URL` and `INDEX_SHARDS` (4).
    ///
    /// - Throws: `ConfigurationError` for the first that is missing or malformed.
    public init(config: ConfigReader) throws(ConfigurationError) {
        port = try config.value(for: .port(default: 8080))
        host = try config.value(for: .host)
        table = try config.value(for: .table)
        queueURL = try config.value(for: .queueURL)
        fifoQueueURL = try config.value(for: .fifoQueueURL)
        shards = try config.value(for: .indexShards)
    }

    /// Every variable, beside those of the AWS client, that the API reads.
    public static var settings: [any EnvironmentVariable] {
        let own: [any EnvironmentVariable] = [
            Setting.port(default: 8080), Setting.host, Setting.table, Setting.queueURL,
            Setting.fifoQueueURL, Setting.indexShards,
        ]
        return ServiceSettings.base + own
    }
}
