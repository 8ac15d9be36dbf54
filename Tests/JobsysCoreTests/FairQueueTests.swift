import JobsysCore
import JobsysTestKit
import Testing

@Suite("A queue of many tenants", .timeLimit(.minutes(2)))
struct FairQueueTests {
    private let clock = ManualClock()

    /// What workers with forty slots have taken by the time that ten jobs of a second tenant are all taken, which were sent
    /// behind many of a first one; or after a thousand jobs.
    private func taken(_ first: String, _ second: String, behind count: Int) async throws -> (second: Int, all: Int) {
        let queue = InMemoryJobQueue(clock: clock)
        func send(_ count: Int, _ tenant: String, _ type: String) async throws {
            for _ in 0..<count {
                var job = Job.sample(type: type)
                job.tenant = tenant
                try await queue.send(job, trace: nil, after: .zero)
            }
        }
        try await send(count, first, "many")
        var running: [Delivery] = []
        func fill() async throws -> [Delivery] {
            var batch: [Delivery] = []
            while running.count < 40 {
                let more = try await queue.receive(
                    upTo: min(10, 40 - running.count),
                    wait: .zero,
                    visibility: .seconds(60)
                )
                guard !more.isEmpty else { break }
                running += more
                batch += more
            }
            return batch
        }
        _ = try await fill()
        try await send(10, second, "few")
        var (found, all) = (0, 0)
        while found < 10, all < 1000 {
            // The five that run for longest end, whoever's they are.
            for delivery in running.prefix(5) { try await queue.delete(delivery) }
            // Other tests wait for the same threads.
            await Task.yield()
            running.removeFirst(5)
            let batch = try await fill()
            found += batch.count { $0.jobType == "few" }
            all += batch.count
        }
        return (found, all)
    }

    @Test("hands out the ten jobs of one before the 20,000 that another has waiting, as soon as there is room")
    func fair() async throws {
        let taken = try await taken("acme", "other", behind: 20_000)
        #expect(taken.second == 10)
        #expect(taken.all == 10)
    }

    @Test("does not if all are one tenant's, or nobody's whose group it could know")
    func unfair() async throws {
        for tenants in [("acme", "acme"), ("default", "default")] {
            let taken = try await taken(tenants.0, tenants.1, behind: 2000)
            #expect(taken.second == 0, "\(tenants)")
            #expect(taken.all == 1000)
        }
    }
}
