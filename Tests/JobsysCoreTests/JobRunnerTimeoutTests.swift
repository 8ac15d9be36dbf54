import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

@Suite("Timeouts", .quietLog, .timeLimit(.minutes(1)))
struct JobRunnerTimeoutTests {
    private let bench = JobBench()

    /// Processes the one visible message, and moves the clock to the handler's timeout of ten seconds.
    private func processForTenSeconds(_ body: @escaping ClosureHandler.Body) async throws {
        let runner = bench.runner(timeout: .seconds(10), body)
        let delivery = try await bench.receive()
        async let done = runner.process(delivery)
        // The handler, and the alarm clock for the timeout.
        await bench.clock.waitForSleepers(2)
        bench.clock.advance(by: .seconds(10))
        _ = try await done
    }

    @Test("A handler that takes too long is cancelled, and the attempt has failed with SYSTEM")
    func timesOut() async throws {
        let job = try await bench.submit()
        try await processForTenSeconds { [clock = bench.clock] _, _ in
            try await clock.sleep(for: .seconds(3600))
            return .succeeded("never")
        }
        let left = try await bench.job(job.id)
        #expect(left.status == .retrying)
        #expect(left.attempts == 1)
        #expect(left.error?.errorClass == .system)
        #expect(left.error?.message == "timed out after 10.0 seconds")
    }

    @Test("A handler that succeeds although its time is up has done its job")
    func succeedsLate() async throws {
        let job = try await bench.submit()
        try await processForTenSeconds { [clock = bench.clock] _, _ in
            try? await clock.sleep(for: .seconds(3600))
            return .succeeded("done")
        }
        #expect(try await bench.job(job.id).status == .succeeded)
    }

    @Test("A handler that is done in time is not touched by its timeout")
    func inTime() async throws {
        let job = try await bench.submit()
        try await bench.runner(timeout: .seconds(10)).process(bench.receive())
        #expect(try await bench.job(job.id).status == .succeeded)
        #expect(bench.clock.sleepers == 0)
    }
}
