import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

@Suite("A runner's hooks", .quietLog, .timeLimit(.minutes(1)))
struct JobRunnerHooksTests {
    private let bench = JobBench()

    @Test(
        "A job that may not start, or whose end does not count, has its attempt back, and its message stays hidden",
        arguments: [RunHooks(mayStart: { _ in false }), RunHooks(counts: { _, _ in false })]
    )
    func released(hooks: RunHooks) async throws {
        let job = try await bench.submit()
        let runner = bench.runner { _, _ in .failed(JobFailure(.unknown, "broken")) }
        #expect(try await runner.process(bench.receive(), hooks: hooks) == .released)
        let left = try await bench.job(job.id)
        #expect(left.status == .pending)
        #expect(left.attempts == 0)
        #expect(left.error == nil)
        #expect(bench.queue.hiddenFor == [.seconds(60)])
    }

    @Test("A job that may not start is not started")
    func notStarted() async throws {
        try await bench.submit()
        let runner = bench.runner { _, _ in
            Issue.record("it was started")
            return .succeeded("done")
        }
        _ = try await runner.process(bench.receive(), hooks: RunHooks(mayStart: { _ in false }))
    }

    @Test("A copy of an ordered job that runs by another message is kept, so that the next of its key waits")
    func orderedDuplicate() async throws {
        let job = try await bench.submit()
        _ = try await bench.store.claim(.sample(of: job, messageID: "another", at: bench.clock.timestamp))
        var delivery = try await bench.receive()
        delivery.orderingKey = "a"
        try await bench.runner().process(delivery)
        #expect(bench.queue.bodies == [job.message.body])
        #expect(bench.queue.hiddenFor == [.seconds(60)])
    }
}
