package import Configuration
import JobsysCore
package import JobsysServiceRuntime

/// The settings of `svc-worker`.
package struct WorkerConfiguration: Sendable, Hashable {
    /// The port of `/healthz` and `/readyz`.
    package var port: Int
    /// The address that they are served on.
    package var host: String
    /// The table that holds the jobs.
    package var table: String
    /// The queue that carries the jobs.
    package var queueURL: String
    /// The queue that takes the jobs that failed for good.
    package var deadLetterQueueURL: String
    /// The queue that carries the jobs with an ordering key.
    package var fifoQueueURL: String
    /// The queue that takes the jobs with an ordering key that failed for good.
    package var fifoDeadLetterQueueURL: String
    /// How many jobs run at once.
    package var concurrency: Int
    /// How long a job is held without a sign of life.
    package var lease: Duration
    /// How long a stop waits for what runs.
    package var grace: Duration
    /// Whether the worker looks after lost and due jobs, if no other one does.
    package var reconciles: Bool
    /// How long a job may wait before it is looked at whether its message was lost.
    package var reconcilerGrace: Duration
    /// Over how many partitions of each index it looks for lost and due jobs.
    package var shards: Int
    /// How many failures in a row keep jobs of a type from being started.
    package var breakerThreshold: Int
    /// How many jobs of a type may start in a second, where that is limited.
    package var rateLimits: [String: Int]
    /// How long a job waits for a worker that knows its type, before it has failed for good.
    package var unknownTypePatience: Duration
    /// Whether the worker offers the type `drill`, whose jobs fail, hang and crash as their payload says.
    package var offersDrill: Bool
    /// Where the handlers file is; nil for none.
    package var handlersFile: String?
    /// Where endpoints that run jobs reach this worker; nil for its own address.
    package var callbackURL: String?
    /// Where ECS takes requests of the task itself; nil outside of ECS.
    package var ecsAgentURL: String?

    /// Reads ``settings``.
    ///
    /// - Throws: ``ConfigurationError`` for the first that is missing or malformed.
    package init(config: ConfigReader) throws(ConfigurationError) {
        port = try config.value(for: .port(default: 8081))
        host = try config.value(for: .host)
        table = try config.value(for: .table)
        queueURL = try config.value(for: .queueURL)
        deadLetterQueueURL = try config.value(for: .deadLetterQueueURL)
        fifoQueueURL = try config.value(for: .fifoQueueURL)
        fifoDeadLetterQueueURL = try config.value(for: .fifoDeadLetterQueueURL)
        concurrency = try config.value(for: .concurrency)
        lease = try config.value(for: .lease)
        grace = try config.value(for: .shutdownGrace)
        reconciles = try config.value(for: .reconciler) == .on
        reconcilerGrace = try config.value(for: .reconcilerGrace)
        shards = try config.value(for: .indexShards)
        breakerThreshold = try config.value(for: .breakerThreshold)
        rateLimits = try config.value(for: .rateLimits) ?? [:]
        unknownTypePatience = try config.value(for: .unknownTypePatience)
        let stage = try config.value(for: .stage)
        offersDrill = try config.value(for: .drill).map { $0 == .on } ?? (stage == .dev)
        handlersFile = try config.value(for: .handlersFile)
        callbackURL = try config.value(for: .callbackURL)
        ecsAgentURL = try config.value(for: .ecsAgentURL)
    }

    /// The handlers, those of the file among them, with the policies of their types.
    ///
    /// What is said of one type wins over what is said of all, and a setting over the file.
    func applied(
        to handlers: JobRegistry,
        file: HandlersFile? = nil,
        environment: [String: String] = [:],
        endpoints: HTTPEndpoints? = nil
    ) -> JobRegistry {
        var registry = handlers
        registry.changePolicies { _, policy in
            policy.breaker.failures = breakerThreshold
            policy.patience.unknown = unknownTypePatience
        }
        if let file { registry.register(file, environment: environment, endpoints: endpoints) }
        registry.changePolicies { type, policy in
            if let type, let rate = rateLimits[type] { policy.rate = rate }
        }
        return registry
    }

    /// Every variable, beside those of the AWS client, that the worker reads.
    package static var settings: [any EnvironmentVariable] {
        let own: [any EnvironmentVariable] = [
            Setting.port(default: 8081), Setting.host, Setting.table, Setting.queueURL, Setting.deadLetterQueueURL,
            Setting.fifoQueueURL, Setting.fifoDeadLetterQueueURL, Setting.concurrency, Setting.lease,
            Setting.reconciler, Setting.reconcilerGrace, Setting.breakerThreshold, Setting.rateLimits,
            Setting.unknownTypePatience, Setting.drill, Setting.handlersFile, Setting.callbackURL,
            Setting.ecsAgentURL, Setting.indexShards,
        ]
        return ServiceSettings.base + own
    }
}
