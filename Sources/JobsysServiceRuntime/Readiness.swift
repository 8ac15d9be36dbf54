public import JobsysJSON
import JobsysTime
public import Logging

/// Whether a service can do its work: its checks, run together and not more often than once a second.
///
/// Probes that come while the checks run get the answer of that run, and its answer is good for a while: whoever asks
/// often costs AWS no more than who asks once a second.
public actor Readiness {
    private let checks: [ReadinessCheck]
    private let deadline: Duration
    private let freshness: Duration
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let logger: Logger
    /// What else is to be told to whoever asks; it decides nothing.
    nonisolated let details: @Sendable () -> JSONObject

    private var running: Task<ReadinessReport, Never>?
    private var last: (report: ReadinessReport, at: Duration)?

    /// Creates the readiness of a service.
    ///
    /// - Parameters:
    ///   - checks: What must hold; none means that the service is always ready.
    ///   - deadline: How long each check may take.
    ///   - freshness: How long an answer is good for.
    ///   - clock: Measures both.
    ///   - logger: Is told when the service stops being ready, why, and when it is ready again.
    ///   - details: What else `/readyz` tells, as its member of that name; it decides nothing.
    public init(
        checks: [ReadinessCheck],
        deadline: Duration = .seconds(2),
        freshness: Duration = .seconds(1),
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger = .current,
        details: @escaping @Sendable () -> JSONObject = { [:] }
    ) {
        precondition(Set(checks.map(\.name)).count == checks.count, "checks: two have the same name")
        self.checks = checks
        self.deadline = deadline
        self.freshness = freshness
        self.clock = clock
        self.elapsed = stopwatch(clock)
        self.logger = logger
        self.details = details
    }

    /// What the checks find, or found a moment ago.
    public func report() async -> ReadinessReport {
        if let last, elapsed() - last.at < freshness {
            return last.report
        }
        if let running {
            return await running.value
        }
        // A task of its own: the run belongs to all who wait for it, so the first one's cancellation must not end it.
        // It is awaited right here, and the deadline bounds it.
        let task = Task { await run() }
        running = task
        return await task.value
    }

    private func run() async -> ReadinessReport {
        let failures = await failures()
        let report = ReadinessReport(
            entries: checks.map { check in
                .init(name: check.name, outcome: failures[check.name].map { .failed($0.reason) } ?? .ok)
            }
        )
        logChange(to: report, failures: failures)
        last = (report, elapsed())
        running = nil
        return report
    }

    private func failures() async -> [String: CheckFailure] {
        await withTaskGroup { group in
            for check in checks {
                group.addTask { [deadline, clock] in (check.name, await check.failure(within: deadline, on: clock)) }
            }
            var failures: [String: CheckFailure] = [:]
            for await (name, failure) in group {
                failures[name] = failure
            }
            return failures
        }
    }

    private func logChange(to report: ReadinessReport, failures: [String: CheckFailure]) {
        guard report != last?.report else { return }
        if report.isReady {
            if last != nil { logger.info("ready again") }
            return
        }
        for (name, failure) in failures.sorted(by: { $0.key < $1.key }) {
            logger.warning("not ready", error: failure.cause, metadata: ["check.name": "\(name)"])
        }
    }
}
