import Jobs
import JobsTestKit
import Testing
import WorkerService

@Suite("In an outage the consumer", .timeLimit(.minutes(1)))
struct OutageTests {
    let bench = ConsumerBench()
    let outage = DependencyError(dependency: "dynamodb", code: "TimedOut", message: "no answer", isTransient: true)

    @Test("takes no message until the store answers again, so that none is given up")
    func pausesIntake() async throws {
        _ = try await bench.submit(1)
        bench.store.fail(with: outage)
        try await bench.run { _ in
            // Many more looks than the queue allows receipts.
            for _ in 0..<40 {
                await bench.clock.waitForSleepers(1)
                bench.clock.advance(by: .seconds(30))
            }
            #expect(bench.queue.receives <= 2)
            bench.store.fail(with: nil)
            await bench.clock.waitForSleepers(1)
            bench.clock.advance(by: .seconds(30))
            try await bench.settle { bench.all(.succeeded) }
        }
        #expect(bench.store.jobs.map(\.attempts) == [1])
        #expect(bench.deadLetters.bodies.isEmpty)
    }

    @Test("goes on receiving when the queue is back")
    func survivesQueue() async throws {
        _ = try await bench.submit(1)
        bench.queue.fail(with: DependencyError(dependency: "sqs", code: "TimedOut", message: "", isTransient: true))
        try await bench.run { _ in
            for _ in 0..<3 {
                await bench.clock.waitForSleepers(1)
                bench.clock.advance(by: .seconds(30))
            }
            bench.queue.fail(with: nil)
            await bench.clock.waitForSleepers(1)
            bench.clock.advance(by: .seconds(30))
            try await bench.settle { bench.all(.succeeded) }
        }
    }

    @Test("brings a message that it could not deal with back soon")
    func bringsBackSoon() async throws {
        _ = try await bench.submit(1)
        bench.store.fail(with: outage)
        try await bench.run { _ in
            try await bench.settle { bench.queue.hiddenFor == [.seconds(5)] }
            bench.store.fail(with: nil)
            await bench.clock.waitForSleepers(1)
            bench.clock.advance(by: .seconds(5))
            try await bench.settle { bench.all(.succeeded) }
        }
    }
}
