import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Synchronization
import Testing

@Suite("While what one type needs is away", .timeLimit(.minutes(5)))
struct TurnedAwayTests {
    let bench = ConsumerBench()

    /// What the handler needs.
    private final class Backend: Sendable {
        private let state = Mutex((isUp: false, calls: 0))

        var calls: Int { state.withLock(\.calls) }

        func come() {
            state.withLock { $0.isUp = true }
        }

        func call() throws {
            try state.withLock { state in
                state.calls += 1
                if !state.isUp { throw JobFailure(.network, "away") }
            }
        }
    }

    @Test("its jobs burn no attempts and are not given up, and others run", arguments: [nil, "a"])
    func turnedAway(orderingKey: String?) async throws {
        let backend = Backend()
        for _ in 0..<6 { try await bench.submit("task", orderingKey: orderingKey, maxAttempts: 8) }
        // Its first five attempts shut the gate, and those that are let through are few.
        try await bench.run { _ in
            try backend.call()
            return .succeeded("done")
        } _: {
            try await bench.letTimePass { backend.calls >= 5 }
            let end = bench.clock.timestamp + .seconds(300)
            let other = try await bench.submit("transform")
            try await bench.letTimePass { try await bench.store.job(other)?.status == .succeeded }
            #expect(bench.clock.timestamp < end)
            try await bench.letTimePass(by: .seconds(2)) { bench.clock.timestamp > end }
            #expect(backend.calls < 5 + 4 + 10)
            backend.come()
            try await bench.letTimePass { bench.all(.succeeded) }
        }
        #expect(bench.deadLetters.bodies.isEmpty)
    }

    @Test(
        "jobs of a paused type do not start and burn nothing, others run, and all do when it is resumed",
        arguments: [nil, "a"]
    )
    func paused(orderingKey: String?) async throws {
        let starts = Mutex(0)
        bench.gate.apply([TypeRecord("task", pause: TypePause(at: bench.clock.timestamp))])
        for _ in 0..<6 { try await bench.submit("task", orderingKey: orderingKey) }
        let end = bench.clock.timestamp + .seconds(1800)
        try await bench.run { _ in
            starts.withLock { $0 += 1 }
            return .succeeded("done")
        } _: {
            let other = try await bench.submit("transform")
            try await bench.letTimePass { try await bench.store.job(other)?.status == .succeeded }
            try await bench.letTimePass(by: .seconds(2)) { bench.clock.timestamp > end }
            #expect(starts.withLock(\.self) == 0)
            let waiting = bench.store.jobs.filter { $0.type == "task" }
            #expect(waiting.allSatisfy { $0.attempts == 0 && $0.status == .pending && $0.lease == nil })
            bench.gate.apply([])
            let resumedAt = bench.clock.timestamp
            try await bench.letTimePass(by: .seconds(1)) { bench.all(.succeeded) }
            // A message in its place is looked at less often than one that can be replaced by a copy.
            let limit = Duration.seconds(orderingKey == nil ? 70 : 600)
            #expect(bench.clock.timestamp.duration(since: resumedAt) < limit)
        }
        #expect(bench.store.jobs.allSatisfy { $0.attempts == 1 })
        #expect(bench.deadLetters.bodies.isEmpty)
    }

    @Test("a job that is the only one to fail is taken for an outage for ten minutes, and ends soon after")
    func onlyOne() async throws {
        try await bench.submit("task", maxAttempts: 8)
        let start = bench.clock.timestamp
        try await bench.run { _ in
            throw JobFailure(.network, "wrong by itself")
        } _: {
            try await bench.letTimePass(by: .seconds(5)) { !bench.deadLetters.bodies.isEmpty }
        }
        let age = bench.clock.timestamp.duration(since: start)
        #expect((Duration.seconds(600)..<Duration.seconds(1800)).contains(age), "\(age)")
        #expect(bench.store.jobs.map(\.attempts) == [8])
    }
}
