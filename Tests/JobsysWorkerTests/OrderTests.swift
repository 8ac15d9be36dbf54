import JobsysCore
import JobsysJSON
import JobsysTestKit
import Synchronization
import Testing

@Suite("Jobs with an ordering key", .timeLimit(.minutes(1)))
struct OrderTests {
    let bench = ConsumerBench()

    /// What handlers were called for, in order.
    private final class Calls: Sendable {
        private let ids = Mutex<[JobID]>([])

        var all: [JobID] { ids.withLock { $0 } }

        func note(_ id: JobID) {
            ids.withLock { $0.append(id) }
        }
    }

    @Test(
        "run one after the other in two workers, and one that fails holds the others until it succeeds or is given up"
    )
    func strictOrder() async throws {
        var jobs: [JobID] = []
        for _ in 0..<4 { jobs.append(try await bench.submit("task", orderingKey: "a", maxAttempts: 3)) }
        let (first, second) = (jobs[0], jobs[1])
        let calls = Calls()
        try await bench.run(consumers: 2) { context in
            calls.note(context.jobID)
            if context.jobID == first, context.attempt < 3 { return .failed(JobFailure(.unknown, "not yet")) }
            if context.jobID == second { return .failed(JobFailure(.unknown, "never")) }
            return .succeeded("done")
        } _: {
            try await bench.letTimePass { bench.orderedQueue.bodies.isEmpty }
        }
        let expected = [jobs[0], jobs[0], jobs[0], jobs[1], jobs[1], jobs[1], jobs[2], jobs[3]]
        #expect(calls.all == expected)
        #expect(bench.deadLetters.reasons.map(\.failure.message) == ["never"])
    }

    @Test("run side by side with those of another key")
    func parallelKeys() async throws {
        for key in ["a", "b", "c"] { try await bench.submit("task", orderingKey: key) }
        let calls = Calls()
        try await bench.run { [clock = bench.clock] context in
            calls.note(context.jobID)
            try await clock.sleep(for: .seconds(1))
            return .succeeded("done")
        } _: {
            try await bench.settle { calls.all.count == 3 }
            try await bench.letTimePass { bench.all(.succeeded) }
        }
    }
}
