import JobsysCore
import JobsysTestKit
import JobsysTime
import Testing

@Suite("The reconciler's cost", .quietLog, .timeLimit(.minutes(2)))
struct ReconcilerCostTests {
    @Test("is one read a job and one query for a hundred, and a checkpoint now and then")
    func cheap() async throws {
        let bench = ReconcilerBench()
        var state = bench.reconciler.makeState()
        try await bench.finish(&state)
        _ = bench.store.takeCalls()
        for number in 0..<2000 {
            var job = Job.sample(at: .sample + .milliseconds(number * 10))
            job.status = .succeeded
            bench.jobs.put(job)
        }
        bench.clock.advance(by: .seconds(200))
        try await bench.finish(&state)
        let calls = bench.store.takeCalls()
        #expect(calls.reads == 2000)
        // A page is a hundred jobs of one shard; then the ends of the shards, and the due jobs of both rounds.
        #expect(calls.queries <= 2000 / 100 + 4 + 2 * 8)
        #expect(calls.writes == 1)
        #expect(bench.queue.bodies == [])
    }

    @Test("is four queries of each index a round while nothing happens, and no write")
    func idle() async throws {
        let bench = ReconcilerBench()
        var state = bench.reconciler.makeState()
        try await bench.pass(.seconds(20), &state)
        _ = bench.store.takeCalls()
        try await bench.pass(.seconds(600), &state)
        #expect(bench.store.takeCalls() == .init(queries: 120 * 8, reads: 0, writes: 0))
    }

    @Test("stays bounded while 10,000 jobs wait for a slow worker, and nothing is sent")
    func noStorm() async throws {
        let bench = ReconcilerBench()
        for _ in 0..<10_000 {
            let job = try await bench.record(.sample())
            try await bench.queue.send(job, trace: nil, after: .zero)
        }
        var state = bench.reconciler.makeState()
        var done = 0
        for _ in 0..<60 {
            try await bench.pass(.seconds(60), every: .seconds(30), &state)
            done += try await bench.work() ? 1 : 0
            #expect(bench.queue.bodies.count == 10_000 - done)
        }
        let calls = bench.store.takeCalls()
        // Each of the 2,000 that are watched is looked at as it comes of age, and then after 1, 2, 4, 8, 16, 32 minutes.
        #expect(calls.reads <= 2000 * 8 + 200)
        #expect(calls.writes <= 3600 / 15)
        #expect(state.checkpoint.watches.count <= 2000)
    }
}
