import JobsysCore
import JobsysServiceRuntime

extension Setting where Value == Int {
    /// `WORKER_CONCURRENCY`: how many jobs run at once.
    static var concurrency: Self {
        .int("WORKER_CONCURRENCY", summary: "How many jobs run at once", in: 1...1000, default: 16)
    }

    /// `WORKER_BREAKER_FAILURES`: how many failures in a row keep jobs of a type from being started.
    static var breakerThreshold: Self {
        .int(
            "WORKER_BREAKER_FAILURES",
            summary:
                "How many NETWORK or SYSTEM failures in a row keep jobs of their type from being started for a while",
            in: 1...1000,
            default: 5
        )
    }
}

extension Setting where Value == Duration {
    /// `LEASE_SECONDS`: how long a job is held without a sign of life.
    static var lease: Self {
        .seconds(
            "LEASE_SECONDS",
            summary: "How long a job is held without a sign of life before another worker takes it",
            // SQS hides a message for 12 hours at most; to the lease are added a margin and, for a message that is held,
            // the pause until the next look.
            in: 3...39_600,
            default: 60
        )
    }
}

extension Setting where Value == Duration {
    /// `UNKNOWN_TYPE_PATIENCE_SECONDS`: how long a job waits for a worker that knows its type, or can read its record.
    static var unknownTypePatience: Self {
        .seconds(
            "UNKNOWN_TYPE_PATIENCE_SECONDS",
            summary: "How long a job waits for a worker that knows its type, or can read it, before it fails for good",
            in: 1...1_209_600,
            default: 86400
        )
    }
}

extension Setting where Value == [String: Int]? {
    /// `WORKER_RATE_LIMITS`: how many jobs of a type may start in a second, in each worker.
    static var rateLimits: Self {
        Setting<[String: Int]>(
            "WORKER_RATE_LIMITS",
            summary: "How many jobs of a type each worker may start in a second",
            expected: "job types and whole numbers from 1 to 100000, such as \"http=50,transform=200\"",
            parse: rateLimits(in:)
        )
        .optional
    }
}

extension Setting where Value == String? {
    /// `ECS_AGENT_URI`: where ECS takes requests of the task itself; ECS sets it.
    ///
    /// Source: Amazon ECS Developer Guide, "Task scale-in protection endpoint".
    static var ecsAgentURL: Self {
        Setting<String>.url("ECS_AGENT_URI", summary: "Set by ECS: keep it from ending this task while long jobs run")
            .optional
    }
}

extension Setting where Value == String? {
    /// `HANDLERS_FILE`: which jobs are run by commands and HTTP endpoints.
    static var handlersFile: Self {
        Setting<String>
            .string(
                "HANDLERS_FILE",
                summary: "A YAML file of the job types that commands and HTTP endpoints run",
                expected: "a path"
            )
            .optional
    }
}

private func rateLimits(in text: String) -> [String: Int]? {
    var limits: [String: Int] = [:]
    for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
        let parts = entry.split(separator: "=", omittingEmptySubsequences: false)
            .map { $0.trimmingPrefix(while: \.isWhitespace) }
        guard parts.count == 2, let rate = Int(parts[1]), (1...100_000).contains(rate) else { return nil }
        let type = String(parts[0])
        guard isJobTypeName(type), limits.updateValue(rate, forKey: type) == nil else { return nil }
    }
    return limits
}

extension Setting where Value == Duration {
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

extension Setting where Value == Switch? {
    /// `DRILL`: whether the worker offers the type `drill`; unset, it does in stage `dev` only.
    ///
    /// Whoever may submit such a job may end and fill the worker, which is what it is for.
    static var drill: Self {
        Setting<Switch>
            .choice(
                "DRILL",
                summary: "Whether it runs drill jobs, which fail, hang and crash as told; unset, in stage dev only"
            )
            .optional
    }
}

extension Setting where Value == Switch {
    /// `RECONCILER`: whether the worker looks after lost and due jobs.
    static var reconciler: Self {
        .choice("RECONCILER", summary: "Whether it looks after lost and due jobs, if no other does", default: .on)
    }
}
