import JobsysCore
import JobsysTestKit
import JobsysTime
import JobsysWorker
import ServiceLifecycleTestKit
import Testing

/// SQS goes on with the wait of a receive whose connection was closed, and the next message is lost to it until its
/// visibility ends (aws-sdk-js#2350, aws-sdk-java-v2#1395).
@Suite("A consumer that is told to stop while it waits for messages", .timeLimit(.minutes(1)))
struct StopTests {
    let bench = ConsumerBench()

    @Test(
        "lets the receive end by itself, whose wait is shorter than the grace period",
        arguments: [(0, 1), (1, 1), (3, 1), (4, 2), (5, 3), (20, 18), (22, 20), (7200, 20)]
    )
    func letsReceiveEnd(grace: Int, wait: Int) async throws {
        let recorder = ReceiveRecorder(bench.queue)
        try await bench.run(grace: .seconds(grace), queue: recorder) { trigger in
            try await stopWhileWaiting(trigger, grace: grace)
            bench.clock.advance(by: .seconds(wait) - .milliseconds(1))
            for _ in 0..<100 { await Task.yield() }
            #expect(recorder.ends == [])
            bench.clock.advance(by: .milliseconds(1))
            try await bench.settle { !recorder.ends.isEmpty }
        }
        #expect(recorder.waits == [.seconds(wait)])
        #expect(recorder.ends == [.messages(0)])
    }

    @Test("hands back untouched what the receive still brings", arguments: [0, 1, 20])
    func handsBack(grace: Int) async throws {
        let recorder = ReceiveRecorder(bench.queue)
        try await bench.run(grace: .seconds(grace), queue: recorder) { trigger in
            try await stopWhileWaiting(trigger, grace: grace)
            bench.clock.advance(by: .milliseconds(600))
            _ = try await bench.submit(1)
            try await bench.settle { !recorder.ends.isEmpty && bench.queue.hiddenFor == [.zero] }
        }
        #expect(recorder.ends == [.messages(1)])
        #expect(bench.store.jobs.allSatisfy { $0.status == .pending && $0.attempts == 0 && $0.lease == nil })
        #expect(bench.queue.hiddenFor == [.zero])
    }

    @Test(
        "hides for 3 seconds what others have handed back before, so that no chain of stops uses up its receipts",
        arguments: [(1, 0), (2, 0), (3, 3), (8, 3)]
    )
    func sparesReceipts(before: Int, hiddenSeconds: Int) async throws {
        _ = try await bench.submit(1)
        for number in 1...before {
            let visibility = number < before ? Duration.zero : .seconds(4)
            #expect(try await bench.queue.receive(upTo: 1, wait: .zero, visibility: visibility).count == 1)
        }
        let recorder = ReceiveRecorder(bench.queue)
        try await bench.run(queue: recorder) { trigger in
            try await stopWhileWaiting(trigger, grace: 20)
            bench.clock.advance(by: .seconds(4))
            try await bench.settle { !recorder.ends.isEmpty && bench.queue.hiddenFor == [.seconds(hiddenSeconds)] }
        }
        #expect(bench.deadLetters.bodies.isEmpty)
    }

    @Test("does not receive again when the receive fails")
    func doesNotRepeat() async throws {
        let recorder = ReceiveRecorder(bench.queue)
        bench.queue.fail(with: DependencyError(dependency: "sqs", code: "TimedOut", message: "", isTransient: true))
        try await bench.run(queue: recorder) { trigger in
            // The pause after the failure; the stop ends it.
            await bench.clock.waitForSleepers(1)
            trigger.triggerGracefulShutdown()
            try await bench.settle { bench.clock.sleepers == 0 }
        }
        #expect(recorder.ends == [.failed])
    }

    @Test("is not stuck while the last jobs run, for as long as the grace period allows")
    func isAliveWhileJobsEnd() async throws {
        _ = try await bench.submit(1, sleepMs: 3_600_000)
        let consumer = bench.consumer(concurrency: 1, grace: .seconds(7200))
        try await bench.run(consumer) { trigger in
            await bench.clock.waitForSleepers(2)
            trigger.triggerGracefulShutdown()
            await bench.clock.waitForSleepers(3)
            let end = bench.clock.timestamp + .seconds(600)
            try await bench.letTimePass(by: .seconds(10)) { bench.clock.timestamp > end }
            #expect(consumer.problem == nil)
            #expect(bench.all(.running))
            bench.clock.advance(by: .seconds(3600))
        }
    }

    /// Tells the consumer to stop in the middle of its first receive; returns when it has heard it.
    private func stopWhileWaiting(_ trigger: GracefulShutdownTestTrigger, grace: Int) async throws {
        await bench.clock.waitForSleepers(1)
        trigger.triggerGracefulShutdown()
        // Beside the receive, the limit of its patience; and the grace period, unless it is over at once.
        await bench.clock.waitForSleepers(grace == 0 ? 2 : 3)
    }
}
