import Jobs
import JobsTestKit
import Testing

@Suite("A runner's hooks", .quietLog, .timeLimit(.minutes(1)))
struct JobRunnerHooksTests {
    private let bench = JobBench()

    @Test("A job that is put back when it was claimed has its attempt back, and comes again after the pause")
    func postponed() async throws {
        let job = try await bench.submit()
        let runner = bench.runner { _, _ in .failed(JobFailure(.unknown, "it was started")) }
        try await runner.process(bench.receive(), hooks: RunHooks(postponement: { _ in .seconds(30) }))
        let left = try await bench.job(job.id)
        #expect(left.status == .pending)
        #expect(left.attempts == 0)
        #expect(left.error == nil)
        #expect(bench.queue.hiddenFor == [.seconds(30)])
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
