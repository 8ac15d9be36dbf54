import JobsysCore
import JobsysObservability
import JobsysTestKit
import JobsysTime
import Testing

@Suite("A lost job", .quietLog, .timeLimit(.minutes(1)))
struct ReconcilerLostTests {
    let bench = ReconcilerBench()

    @Test("is sent again when the grace is over, not before, and then ever more seldom")
    func sentAgain() async throws {
        let job = try await bench.record(.sample())
        var state = bench.reconciler.makeState()
        try await bench.pass(.seconds(55), &state)
        #expect(bench.queue.bodies == [])
        try await bench.pass(.seconds(10), &state)
        #expect(bench.queue.bodies == [job.message.body])
        // Every message of it is lost: it is sent after 60, 120, 240, 480 seconds and so on.
        var sent = 0
        for _ in 0..<(3600 / 5) {
            try await bench.pass(.seconds(5), &state)
            let batch = try await bench.queue.receive(upTo: 10, wait: .zero, visibility: .seconds(60))
            for delivery in batch {
                #expect(delivery.trace == TraceContext(resuming: job.traceID))
                try await bench.queue.delete(delivery)
            }
            sent += batch.count
        }
        #expect((5...8).contains(sent), "sent \(sent) times in an hour")
        #expect(bench.metrics == ["due": 0, "lost": sent])
    }

    @Test("is not sent again while no worker runs its type: its message is put off by all that receive it")
    func notOffered() async throws {
        let offers = Counter()
        let bench = ReconcilerBench(isOffered: { _ in offers.count > 0 })
        let job = try await bench.record(.sample())
        var state = bench.reconciler.makeState()
        try await bench.pass(.seconds(7200), &state)
        #expect(bench.queue.bodies == [])
        offers.increment()
        try await bench.pass(.seconds(3600), &state)
        #expect(bench.queue.bodies.first == job.message.body)
    }

    @Test("is one that waits, or whose runner fell silent", arguments: [0, 1, 2])
    func kinds(kind: Int) async throws {
        var job = Job.sample()
        switch kind {
        case 0: job.status = .retrying
        case 1:
            job.status = .running
            job.lease = .init(owner: "one", messageID: "m", expiresAt: job.createdAt + .seconds(60))
        default:
            job.status = .scheduled
        }
        job.runAt = kind == 1 ? nil : job.createdAt + .seconds(60)
        bench.jobs.put(job)
        var state = bench.reconciler.makeState()
        try await bench.pass(.seconds(115), &state)
        #expect(bench.queue.bodies == [])
        try await bench.pass(.seconds(10), &state)
        #expect(bench.queue.bodies == [job.message.body])
    }

    @Test("is none that is over, or that a worker still holds")
    func others() async throws {
        for status in [JobStatus.succeeded, .failedFinal, .cancelled, .running] {
            var job = Job.sample()
            job.status = status
            if status == .running {
                job.lease = .init(owner: "one", messageID: "m", expiresAt: job.createdAt + .seconds(7200))
            }
            bench.jobs.put(job)
        }
        var state = bench.reconciler.makeState()
        try await bench.pass(.seconds(3600), &state)
        #expect(bench.queue.bodies == [])
        #expect(state.checkpoint.watches.count == 1)
    }

    @Test("is sent again although others wait, once younger messages come through")
    func overtaken() async throws {
        let job = try await bench.record(.sample())
        var state = bench.reconciler.makeState()
        // A queue that is never empty, and whose messages are received as soon as they have waited for five seconds.
        var sentAt: Timestamp?
        for _ in 0..<(120 / 5) {
            let other = Job.sample(at: bench.clock.timestamp)
            try await bench.record(other)
            try await bench.queue.send(other, trace: nil, after: .zero)
            try await bench.pass(.seconds(5), &state)
            if bench.queue.bodies.contains(job.message.body) {
                sentAt = sentAt ?? bench.clock.timestamp
            }
            #expect(try await bench.work())
            try await bench.queue.send(.sample(at: bench.clock.timestamp), trace: nil, after: .seconds(900))
        }
        let delay = try #require(sentAt).duration(since: job.createdAt)
        #expect(delay <= .seconds(70), "after \(delay)")
    }

    @Test("is known to the next leader, who goes on where the last one left off")
    func newLeader() async throws {
        let lost = try await bench.record(.sample())
        var done = Job.sample()
        done.status = .succeeded
        bench.jobs.put(done)
        try bench.queue.add(body: "{}")
        var first = bench.reconciler.makeState()
        try await bench.pass(.seconds(100), &first)
        #expect(bench.queue.bodies == ["{}"])

        for delivery in try await bench.queue.receive(upTo: 10, wait: .zero, visibility: .seconds(60)) {
            try await bench.queue.delete(delivery)
        }
        _ = bench.store.takeCalls()
        var second = bench.reconciler.makeState()
        _ = try await bench.reconciler.round(&second)
        #expect(second.checkpoint == first.checkpoint)
        try await bench.pass(.seconds(60), &second)
        #expect(bench.queue.bodies == [lost.message.body])
        // Only the one that was open is read again.
        #expect(bench.store.takeCalls().reads == 1)
    }

    @Test("stays watched while its message cannot be sent")
    func outage() async throws {
        let job = try await bench.record(.sample())
        var state = bench.reconciler.makeState()
        bench.queue.fail(with: .outage)
        try await bench.pass(.seconds(100), &state)
        bench.queue.fail(with: nil)
        try await bench.pass(.seconds(60), &state)
        #expect(bench.queue.bodies == [job.message.body])
    }

    @Test("of an earlier day is found")
    func earlierDay() async throws {
        let job = try await bench.record(.sample(at: .sample + .seconds(-5 * 86400)))
        var state = bench.reconciler.makeState()
        try await bench.finish(&state)
        #expect(bench.queue.bodies == [job.message.body])
        // The walk goes on over midnight.
        try await bench.pass(.seconds(86400 / 2), &state)
        let young = try await bench.record(.sample(at: bench.clock.timestamp))
        try await bench.queue.empty()
        try await bench.pass(.seconds(70), &state)
        #expect(bench.queue.bodies.contains(young.message.body))
    }
}

extension InMemoryJobQueue {
    /// Removes all that can be received.
    fileprivate func empty() async throws {
        while true {
            let batch = try await receive(upTo: 10, wait: .zero, visibility: .seconds(60))
            guard !batch.isEmpty else { return }
            for delivery in batch { try await delete(delivery) }
        }
    }
}
