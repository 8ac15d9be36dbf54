public import Configuration
import Jobs
public import ServiceRuntime

/// The settings of `svc-worker`.
public struct WorkerConfiguration: Sendable, Hashable {
    /// The port of `/healthz` and `/readyz`.
    public var port: Int
    /// The address that they are served on.
    public var host: String
    /// The table that holds the jobs.
    public var table: String
    /// The queue that carries the jobs.
    public var queueURL: String
    /// The queue that takes the jobs that failed for good.
    public var deadLetterQueueURL: String
    /// How many jobs run at once.
    public var concurrency: Int
    /// How long a job is held without a sign of life.
    public var lease: Duration
    /// How long a stop waits for what runs.
    public var grace: Duration
    /// Whether the worker looks after lost and due jobs, if no other one does.
    public var reconciles: Bool
    /// How long a job may wait before it is looked at whether its message was lost.
    public var reconcilerGrace: Duration

    /// Reads `PORT`, `HOST`, `DDB_TABLE`, `SQS_QUEUE_URL`, `SQS_DLQ_URL`, `WORKER_CONCURRENCY`, `LEASE_SECONDS`,
    /// `SHUTDOWN_GRACE_SECONDS`, `RECONCILER` and `RECONCILER_GRACE_SECONDS`.
    ///
    /// - Throws: ``ConfigurationError`` for the first that is missing or malformed.
    public init(config: ConfigReader) throws(ConfigurationError) {
        port = try config.value(for: .port(default: 8081))
        host = try config.value(for: .host)
        table = try config.value(for: .table)
        queueURL = try config.value(for: .queueURL)
        deadLetterQueueURL = try config.value(for: .deadLetterQueueURL)
        concurrency = try config.value(for: .concurrency)
        lease = try config.value(for: .lease)
        grace = try config.value(for: .shutdownGrace)
        reconciles = try config.value(for: .reconciler) == .on
        reconcilerGrace = try config.value(for: .reconcilerGrace)
    }

    /// Every variable that the worker reads.
    public static var settings: [any EnvironmentVariable] {
        let own: [any EnvironmentVariable] = [
            Setting.port(default: 8081), Setting.host, Setting.table, Setting.queueURL, Setting.deadLetterQueueURL,
            Setting.concurrency, Setting.lease, Setting.reconciler, Setting.reconcilerGrace,
        ]
        return ServiceSettings.base + own + DocumentedVariable.aws
    }
}

extension Setting where Value == Int {
    /// `WORKER_CONCURRENCY`: how many jobs run at once.
    static var concurrency: Self {
        .int("WORKER_CONCURRENCY", summary: "How many jobs run at once", in: 1...1000, default: 16)
    }
}

extension Setting where Value == Duration {
    /// `LEASE_SECONDS`: how long a job is held without a sign of life.
    static var lease: Self {
        .seconds(
            "LEASE_SECONDS",
            summary: "How long a job is held without a sign of life before another worker takes it",
            in: 3...43200,
            default: 60
        )
    }

    /// `RECONCILER_GRACE_SECONDS`: how long a job may wait before it is looked at.
    static var reconcilerGrace: Self {
        .seconds(
            "RECONCILER_GRACE_SECONDS",
            summary: "How long a job may wait before it is looked at whether its message was lost",
            in: 1...3600,
            default: 60
        )
    }
}

/// Whether something is done.
enum Switch: String, CaseIterable, Sendable {
    case on
    case off
}

extension Setting where Value == Switch {
    /// `RECONCILER`: whether the worker looks after lost and due jobs.
    static var reconciler: Self {
        .choice("RECONCILER", summary: "Whether it looks after lost and due jobs, if no other does", default: .on)
    }
}
