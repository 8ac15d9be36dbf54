public import Logging

extension Setting where Value == Stage {
    /// `STAGE`: where this runs.
    public static var stage: Self {
        .choice("STAGE", summary: "Where this runs", default: .dev)
    }
}

extension Setting where Value == Logger.Level {
    /// `LOG_LEVEL`: the least severe level that is logged.
    public static var logLevel: Self {
        .choice("LOG_LEVEL", summary: "The least severe level that is logged", default: .info).changing
    }
}

extension Setting where Value == LogStyle {
    /// `LOG_FORMAT`: how log lines look.
    static var logFormat: Self {
        .choice("LOG_FORMAT", summary: "Log lines for programs, or for people", default: .json)
    }
}

/// How log lines look.
enum LogStyle: String, CaseIterable, Sendable {
    case json
    case text
}

extension Setting where Value == SettingsStoreUse {
    /// `SSM`: whether settings are read from Parameter Store.
    public static var ssm: Self {
        .choice(
            "SSM",
            summary:
                "Whether settings that are not in the environment are read from Parameter Store, /jobsys/<stage>/NAME; "
                + "off in stage dev and on elsewhere if not set"
        )
    }
}

/// Whether a store of settings is used.
public enum SettingsStoreUse: String, CaseIterable, Sendable {
    case on
    case off
}

extension Setting where Value == Int {
    /// `PORT`: where HTTP is served.
    public static func port(default defaultValue: Int) -> Self {
        .int("PORT", summary: "The HTTP port; 0 takes a free one and logs it", in: 0...65535, default: defaultValue)
    }
}

extension Setting where Value == Int {
    /// `INDEX_SHARDS`: over how many partitions of each index jobs are spread.
    public static var indexShards: Self {
        .int(
            "INDEX_SHARDS",
            summary: "Over how many partitions of an index jobs are spread; to raise it, begin with svc-worker",
            in: 1...32,
            default: 4
        )
    }
}

extension Setting where Value == Duration {
    /// `SHUTDOWN_GRACE_SECONDS`: how long what runs may take to finish after SIGTERM or SIGINT.
    ///
    /// Five seconds later the services are cancelled; ECS and Kubernetes kill after 30 seconds if not told otherwise.
    public static var shutdownGrace: Self {
        .seconds("SHUTDOWN_GRACE_SECONDS", summary: "How long a stop waits for what runs", in: 0...7200, default: 20)
    }
}

extension Setting where Value == String {
    /// `HOST`: the address that HTTP is served on; `*` for every one, of IPv4 and of IPv6.
    public static var host: Self {
        .string(
            "HOST",
            summary: "The address that HTTP is served on; * for all of IPv4 and IPv6",
            expected: "an IP address, a host name or *",
            default: "*"
        )
    }

    /// `DDB_TABLE`: the table that holds the jobs.
    public static var table: Self {
        let letters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")
        return Setting(
            "DDB_TABLE",
            summary: "The DynamoDB table that holds the jobs",
            expected: "a table's name of 3 to 255 letters, digits, \"_\", \"-\" or \".\""
        ) { text in
            (3...255).contains(text.count) && text.allSatisfy(letters.contains) ? text : nil
        }
    }

    /// `SQS_QUEUE_URL`: the queue that carries the jobs.
    public static var queueURL: Self {
        .queueURL("SQS_QUEUE_URL", summary: "The queue that carries the jobs")
    }

    /// `SQS_DLQ_URL`: the queue that takes the jobs that failed for good.
    public static var deadLetterQueueURL: Self {
        .queueURL("SQS_DLQ_URL", summary: "The queue that takes the jobs that failed for good")
    }

    /// `SQS_FIFO_QUEUE_URL`: the queue that carries the jobs that have an ordering key.
    public static var fifoQueueURL: Self {
        .queueURL("SQS_FIFO_QUEUE_URL", summary: "The queue that carries the jobs with an ordering key", fifo: true)
    }

    /// `SQS_FIFO_DLQ_URL`: the queue that takes the jobs with an ordering key that failed for good.
    public static var fifoDeadLetterQueueURL: Self {
        .queueURL(
            "SQS_FIFO_DLQ_URL",
            summary: "The queue that takes the jobs with an ordering key that failed for good",
            fifo: true
        )
    }
}

/// Where an executable runs: on a laptop or in tests, before production, or in production.
public enum Stage: String, CaseIterable, Sendable {
    case dev
    case staging
    case prod
}
