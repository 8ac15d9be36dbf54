import JobsysCore
import JobsysObservability
import JobsysTestKit
import Testing

@testable import JobsysWorker

@Suite("What a worker tells of its queues", .timeLimit(.minutes(1)))
struct QueueMetricsTests {
    private let clock = ManualClock()
    private let queue: InMemoryJobQueue

    init() {
        queue = InMemoryJobQueue(clock: clock)
    }

    @Test("says how many messages are where")
    func depth() async throws {
        for delay in [0, 0, 0, 600] { try queue.add(body: "message", after: .seconds(delay)) }
        _ = try await queue.receive(upTo: 1, wait: .zero, visibility: .seconds(60))
        let metrics = QueueMetrics(["jobs": queue], clock: clock)
        #expect(
            await values(of: metrics) == [
                #"jobsys_queue_messages{queue="jobs",state="visible"} 2"#,
                #"jobsys_queue_messages{queue="jobs",state="delayed"} 1"#,
                #"jobsys_queue_messages{queue="jobs",state="in_flight"} 1"#,
            ]
        )
    }

    @Test("is good for a while, so that whoever looks often costs no more")
    func freshness() async throws {
        let metrics = QueueMetrics(["jobs": queue], clock: clock)
        let empty = await values(of: metrics)
        try queue.add(body: "message")
        clock.advance(by: .seconds(14))
        #expect(await values(of: metrics) == empty)
        clock.advance(by: .seconds(1))
        #expect(await values(of: metrics).first == #"jobsys_queue_messages{queue="jobs",state="visible"} 1"#)
    }

    @Test("leaves a queue out that fails")
    func failure() async throws {
        let broken = InMemoryJobQueue(clock: clock)
        broken.fail(with: DependencyError(dependency: "sqs", code: "Down", message: "away", isTransient: true))
        let values = await values(of: QueueMetrics(["jobs": queue, "jobs.fifo": broken], clock: clock))
        #expect(values.count == 3)
        #expect(values.allSatisfy { $0.contains(#"queue="jobs""#) })
    }

    @Test("waits for no queue that does not answer")
    func silence() async throws {
        struct Silent: QueueBacklog {
            func depth() async throws -> QueueDepth {
                try await Task.sleep(for: .seconds(3600))
                return QueueDepth(visible: 0, delayed: 0, inFlight: 0)
            }
        }
        let metrics = QueueMetrics(["jobs": queue, "jobs.fifo": Silent()], clock: clock)
        async let values = values(of: metrics)
        await clock.waitForSleepers()
        clock.advance(by: .seconds(2))
        #expect(await values.count == 3)
    }

    private func values(of metrics: QueueMetrics) async -> [Substring] {
        var page = MetricsPage()
        await metrics.report(to: &page)
        return page.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    }
}
