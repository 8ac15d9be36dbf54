import JobsysCore
import JobsysObservability
import JobsysServiceRuntime
import JobsysTime
import Logging

/// Reports how many messages the queues hold.
///
/// It keeps the queues' answers for a while, however often it is asked, because AWS bills each request.
actor QueueMetrics: MetricsSource {
    private let queues: KeyValuePairs<String, any QueueBacklog>
    private let freshness: Duration
    private let deadline: Duration
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private var depths: [String: QueueDepth] = [:]
    private var askedAt: Duration?

    /// Makes the source.
    ///
    /// - Parameters:
    ///   - queues: The queues by the names that the metrics have for them.
    ///   - freshness: How long an answer is kept.
    ///   - deadline: How long all queues together may take to answer.
    ///   - clock: Measures both.
    init(
        _ queues: KeyValuePairs<String, any QueueBacklog>,
        freshness: Duration = .seconds(15),
        deadline: Duration = .seconds(2),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.queues = queues
        self.freshness = freshness
        self.deadline = deadline
        self.clock = clock
        elapsed = stopwatch(clock)
    }

    /// Adds how many messages there are; nothing about a queue that does not answer in time.
    func report(to page: inout MetricsPage) async {
        if askedAt.map({ elapsed() - $0 >= freshness }) ?? true {
            // Set before the answer, so that requests during the call get the last answers instead of calls of their own.
            askedAt = elapsed()
            depths = await answers()
        }
        page.family("jobsys_queue_messages", .gauge, "Messages in the queues, about.") { family in
            for (queue, _) in queues {
                guard let depth = depths[queue] else { continue }
                family.add(["queue": queue, "state": "visible"], Double(depth.visible))
                family.add(["queue": queue, "state": "delayed"], Double(depth.delayed))
                family.add(["queue": queue, "state": "in_flight"], Double(depth.inFlight))
            }
        }
    }

    private enum Answer {
        case depth(QueueDepth?, of: String)
        case timeIsUp
    }

    private func answers() async -> [String: QueueDepth] {
        await withTaskGroup(of: Answer.self) { group in
            for (queue, backlog) in queues {
                group.addTask { .depth(await Self.depth(of: backlog), of: queue) }
            }
            group.addTask { [clock, deadline] in
                // Ended early when all have answered.
                try? await clock.sleep(for: deadline)
                return .timeIsUp
            }
            var depths: [String: QueueDepth] = [:]
            var missing = queues.count
            while missing > 0, case .depth(let depth, let queue) = await group.next() {
                depths[queue] = depth
                missing -= 1
            }
            group.cancelAll()
            return depths
        }
    }

    private static func depth(of backlog: any QueueBacklog) async -> QueueDepth? {
        do {
            return try await backlog.depth()
        } catch {
            // The readiness check reports a queue that does not answer.
            Logger.current.debug("depth of a queue not known", metadata: ["error.message": "\(error)"])
            return nil
        }
    }
}
