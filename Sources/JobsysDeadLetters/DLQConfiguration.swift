public import Configuration
public import JobsysServiceRuntime

/// The settings of `dlq-handler`.
public struct DLQConfiguration: Sendable, Hashable {
    /// The table that holds the jobs.
    public var table: String
    /// The queue that carries the jobs; a message that was given up too early goes back there.
    public var queueURL: String
    /// The queue that carries the jobs with an ordering key; for the same.
    public var fifoQueueURL: String
    /// Whom the handler tells of incidents.
    public var notifications: NotificationSettings
    /// Where the dead letters come from.
    public var source: Source

    /// Where the dead letters come from.
    public enum Source: Sendable, Hashable {
        /// Lambda hands them over; its runtime API is at this `host:port`.
        case lambda(runtimeAPI: String)
        /// They are received from a queue.
        case queue(Polling)
    }

    /// What is needed to receive dead letters from their queues, beside the AWS client's settings.
    public struct Polling: Sendable, Hashable {
        /// The queue that takes the jobs that failed for good.
        public var deadLetterQueueURL: String
        /// The queue that takes the jobs with an ordering key that failed for good.
        public var fifoDeadLetterQueueURL: String
        /// The address that `/healthz` and `/readyz` are served on.
        public var host: String
        /// Their port.
        public var port: Int
        /// How long a stop waits for what runs.
        public var grace: Duration

        /// Makes the settings.
        public init(
            deadLetterQueueURL: String,
            fifoDeadLetterQueueURL: String,
            host: String,
            port: Int,
            grace: Duration = .seconds(20)
        ) {
            self.deadLetterQueueURL = deadLetterQueueURL
            self.fifoDeadLetterQueueURL = fifoDeadLetterQueueURL
            self.host = host
            self.port = port
            self.grace = grace
        }
    }

    /// Makes the settings.
    public init(
        table: String,
        queueURL: String,
        fifoQueueURL: String,
        notifications: NotificationSettings = NotificationSettings(),
        source: Source
    ) {
        self.table = table
        self.notifications = notifications
        self.queueURL = queueURL
        self.fifoQueueURL = fifoQueueURL
        self.source = source
    }

    /// Reads `AWS_LAMBDA_RUNTIME_API`, which decides the mode, and what that mode needs: `DDB_TABLE`,
    /// `SQS_QUEUE_URL` and `SQS_FIFO_QUEUE_URL` in both, `SQS_DLQ_URL`, `SQS_FIFO_DLQ_URL`, `HOST` and `PORT` where the
    /// queues are polled.
    ///
    /// - Throws: What is missing or malformed, all of it together.
    public init(config: ConfigReader) throws {
        if let runtimeAPI = try config.value(for: .lambdaRuntimeAPI) {
            try config.validate([Setting.table, Setting.queueURL, Setting.fifoQueueURL])
            self.init(
                table: try config.value(for: .table),
                queueURL: try config.value(for: .queueURL),
                fifoQueueURL: try config.value(for: .fifoQueueURL),
                notifications: try NotificationSettings(config: config),
                source: .lambda(runtimeAPI: runtimeAPI)
            )
            return
        }
        try config.validate([
            Setting.table, Setting.queueURL, Setting.fifoQueueURL, Setting.deadLetterQueueURL,
            Setting.fifoDeadLetterQueueURL, Setting.host, Self.port, Setting.shutdownGrace,
        ])
        let polling = Polling(
            deadLetterQueueURL: try config.value(for: .deadLetterQueueURL),
            fifoDeadLetterQueueURL: try config.value(for: .fifoDeadLetterQueueURL),
            host: try config.value(for: .host),
            port: try config.value(for: Self.port),
            grace: try config.value(for: .shutdownGrace)
        )
        self.init(
            table: try config.value(for: .table),
            queueURL: try config.value(for: .queueURL),
            fifoQueueURL: try config.value(for: .fifoQueueURL),
            notifications: try NotificationSettings(config: config),
            source: .queue(polling)
        )
    }

    /// Every variable, beside those of the AWS client, that the handler reads.
    ///
    /// What depends on the mode is checked by ``init(config:)`` and not before: in a Lambda it takes until then that
    /// there is somebody to tell.
    public static var settings: [any EnvironmentVariable] {
        let own: [any EnvironmentVariable] = [
            DocumentedVariable(Setting.table),
            DocumentedVariable(Setting.queueURL),
            DocumentedVariable(Setting.fifoQueueURL),
            DocumentedVariable(Setting.deadLetterQueueURL, addition: ", unless this is a Lambda"),
            DocumentedVariable(Setting.fifoDeadLetterQueueURL, addition: ", unless this is a Lambda"),
            DocumentedVariable(Setting.host),
            DocumentedVariable(port),
            DocumentedVariable(Setting.lambdaRuntimeAPI),
        ]
        return ServiceSettings.base + own + NotificationSettings.settings
    }

    private static var port: Setting<Int> { .port(default: 8082) }
}

extension Setting where Value == String? {
    /// `AWS_LAMBDA_RUNTIME_API`: where Lambda hands out invocations; Lambda sets it.
    ///
    /// Source: AWS Lambda Developer Guide, "Defined runtime environment variables".
    static var lambdaRuntimeAPI: Self {
        Setting<String>(
            "AWS_LAMBDA_RUNTIME_API",
            summary: "Set by Lambda: take the dead letters from there, not from the queue",
            expected: "a host and a port such as 127.0.0.1:9001"
        ) { text in
            text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".:-_[]".contains($0)) } ? text : nil
        }
        .optional
    }
}

extension DocumentedVariable {
    /// Makes the documentation of a setting that is checked by whoever reads it.
    fileprivate init(_ setting: some EnvironmentVariable, addition: String = "") {
        self.init(
            setting.key,
            summary: setting.summary + addition,
            expected: setting.expected,
            whenUnset: setting.whenUnset
        )
    }
}
