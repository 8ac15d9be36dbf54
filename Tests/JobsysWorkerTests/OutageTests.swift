import JobsysCore
import JobsysTestKit
import JobsysTime
import JobsysWorker
import Testing

@Suite("In an outage the consumer", .timeLimit(.minutes(5)))
struct OutageTests {
    let bench = ConsumerBench()
    let outage = DependencyError(dependency: "dynamodb", code: "TimedOut", message: "no answer", isTransient: true)

    @Test("takes no message until the store answers again, so that none is given up")
    func pausesIntake() async throws {
        _ = try await bench.submit(1)
        bench.store.fail(with: outage)
        try await bench.run { _ in
            let end = bench.clock.timestamp + .seconds(600)
            try await bench.letTimePass(by: .seconds(5)) { bench.clock.timestamp > end }
            // The second was under way when the first one's message met the outage.
            #expect(bench.queue.receives <= 2)
            #expect(bench.store.jobs.map(\.attempts) == [0])
            bench.store.fail(with: nil)
            try await bench.letTimePass { bench.all(.succeeded) }
        }
        #expect(bench.deadLetters.bodies.isEmpty)
    }

    @Test("tries with a single message when the store answers but takes no writes")
    func triesOne() async throws {
        _ = try await bench.submit(8)
        let store = ReadOnlyStore(bench.store)
        try await bench.run(store: store) { _ in
            // Of four at once all claims fail; then one is tried at a time.
            try await bench.letTimePass { bench.queue.receives >= 4 }
            #expect(store.refusals <= 4 + bench.queue.receives)
            #expect(bench.store.jobs.allSatisfy { $0.attempts == 0 })
            store.allowWrites()
            try await bench.letTimePass { bench.all(.succeeded) }
        }
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

    @Test("has a message come back after a growing pause, and replaces it before its receipts run out")
    func bringsBack() async throws {
        _ = try await bench.submit(1)
        let store = ReadOnlyStore(bench.store)
        try await bench.run(store: store) { _ in
            // Half of 10 and 20 seconds; then a copy that waits until every lease of the first message has ended.
            for pause in [Duration.seconds(5), .seconds(10), .seconds(62), .seconds(5), .seconds(10), .seconds(62)] {
                try await bench.letTimePass { bench.queue.hiddenFor == [pause] }
                try await bench.letTimePass { bench.queue.hiddenFor != [pause] }
            }
        }
        #expect(bench.deadLetters.bodies.isEmpty)
    }
}
