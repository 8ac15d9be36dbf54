import JobsysCore
import JobsysObservability
import JobsysTestKit
import Testing

@Suite("A due job", .quietLog, .timeLimit(.minutes(1)))
struct ReconcilerDueTests {
    let bench = ReconcilerBench()

    private func status(of job: Job) async throws -> JobStatus? {
        try await bench.jobs.job(job.id)?.status
    }

    @Test("is sent when a queue can keep its message, with the rest of its delay")
    func promoted() async throws {
        let job = try await bench.record(.sample(start: .after(.seconds(3600))))
        var state = bench.reconciler.makeState()
        try await bench.pass(.seconds(2690), &state)
        #expect(bench.queue.bodies == [])
        #expect(try await status(of: job) == .scheduled)
        try await bench.pass(.seconds(10), &state)
        #expect(bench.queue.bodies == [job.message.body])
        #expect(bench.queue.hiddenFor == [.seconds(900)])
        #expect(try await status(of: job) == .pending)
        #expect(try await bench.jobs.job(job.id)?.runAt == job.runAt)
        #expect(bench.metrics == ["due": 1, "lost": 0])
        // It is sent once, and runs at its time.
        try await bench.pass(.seconds(895), &state)
        #expect(try await bench.work() == false)
        try await bench.pass(.seconds(5), &state)
        #expect(try await bench.work())
        #expect(try await status(of: job) == .succeeded)
        #expect(bench.queue.bodies == [])
    }

    @Test("of an ordering key is sent at its time, and read only then")
    func ordered() async throws {
        let job = try await bench.record(.sample(orderingKey: "key", start: .after(.seconds(300))))
        var state = bench.reconciler.makeState()
        try await bench.pass(.seconds(5), &state)
        _ = bench.store.takeCalls()
        try await bench.pass(.seconds(50), &state)
        #expect(bench.store.takeCalls().reads == 0)
        try await bench.pass(.seconds(240), &state)
        #expect(bench.queue.bodies == [])
        try await bench.pass(.seconds(5), &state)
        #expect(bench.queue.bodies == [job.message.body])
        #expect(bench.queue.hiddenFor == [.zero])
        let messages = try await bench.queue.receive(upTo: 1, wait: .zero, visibility: .seconds(60))
        #expect(messages.map(\.trace) == [TraceContext(resuming: job.traceID)])
    }

    @Test("that was cancelled is not sent")
    func cancelled() async throws {
        let job = try await bench.record(.sample(start: .after(.seconds(1000))))
        _ = try await bench.jobs.cancel(job.id, at: .sample, expiresAt: .sample)
        var state = bench.reconciler.makeState()
        try await bench.pass(.seconds(1200), &state)
        #expect(bench.queue.bodies == [])
        #expect(try await status(of: job) == .cancelled)
    }

    @Test("that was started anew, and whose message was not sent, is sent after a minute")
    func redriven() async throws {
        let job = try await bench.record(.sample())
        _ = try await bench.jobs.cancel(job.id, at: .sample, expiresAt: .sample)
        var state = bench.reconciler.makeState()
        try await bench.pass(.seconds(300), &state)
        guard case .done(let next) = try await bench.jobs.redrive(job.id, with: nil, at: bench.clock.timestamp) else {
            return #expect(Bool(false), "not redriven")
        }
        try await bench.pass(.seconds(55), &state)
        #expect(bench.queue.bodies == [])
        try await bench.pass(.seconds(10), &state)
        #expect(bench.queue.bodies == [next.message.body])
        #expect(try await bench.work())
        #expect(try await status(of: job) == .succeeded)
    }

    @Test("stays due when its message cannot be sent")
    func outage() async throws {
        let job = try await bench.record(.sample(start: .after(.seconds(1000))))
        var state = bench.reconciler.makeState()
        bench.queue.fail(with: .outage)
        try await bench.pass(.seconds(200), &state)
        #expect(try await status(of: job) == .scheduled)
        bench.queue.fail(with: nil)
        try await bench.pass(.seconds(60), &state)
        #expect(bench.queue.bodies == [job.message.body])
        #expect(try await status(of: job) == .pending)
    }

    @Test("is one of many, all of which are sent in one go")
    func many() async throws {
        for _ in 0..<900 { try await bench.record(.sample(start: .after(.seconds(3600)))) }
        var state = bench.reconciler.makeState()
        bench.clock.advance(by: .seconds(3000))
        try await bench.finish(&state)
        #expect(bench.queue.bodies.count == 900)
        #expect(bench.jobs.jobs.allSatisfy { $0.status == .pending })
    }
}
