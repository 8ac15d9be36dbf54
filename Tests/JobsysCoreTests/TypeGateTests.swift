import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

extension JobID {
    fileprivate static func sample() -> JobID { JobID(at: .sample) }
}

@Suite("A gate of job types")
struct TypeGateTests {
    private let clock = ManualClock()

    private func makeGate(rate: Int? = nil, concurrency: Int? = nil) -> TypeGate {
        let policy = JobPolicy(concurrency: concurrency, rate: rate, breaker: JobPolicy.Breaker(failures: 3))
        let now: @Sendable () -> Timestamp = { [clock] in clock.timestamp }
        return TypeGate(clock: clock, now: now, draw: { 0 }, policy: { $0 == "http" ? policy : .standard })
    }

    private func fail(_ gate: TypeGate, _ errorClass: ErrorClass = .network, times: Int = 3) {
        for _ in 0..<times { gate.note(.failed(JobFailure(errorClass, "away")), of: .sample(), type: "http") }
    }

    @Test(
        "shuts for a type that fails so many times in a row, and for no other",
        arguments: [ErrorClass.network, .system]
    )
    func shuts(errorClass: ErrorClass) {
        let gate = makeGate()
        fail(gate, errorClass, times: 2)
        #expect(gate.verdict(on: "http") == .start(after: .zero))
        fail(gate, errorClass, times: 1)
        // Half of the first pause, and none of what chance adds.
        #expect(gate.verdict(on: "http") == .turnAway(for: .milliseconds(2500)))
        #expect(gate.verdict(on: "transform") == .start(after: .zero))
        #expect(gate.breakers() == ["http": "open"])
    }

    @Test("does not shut if a success comes in between")
    func interrupted() {
        let gate = makeGate()
        fail(gate, times: 2)
        gate.note(.succeeded("done"), of: .sample(), type: "http")
        fail(gate, times: 2)
        #expect(gate.verdict(on: "http") == .start(after: .zero))
    }

    @Test(
        "takes no other end for a sign of an outage",
        arguments: [ErrorClass.validation, .rateLimit, .unknown].map { JobOutcome.failed(JobFailure($0, "no")) }
            + [.interrupted, .leaseLost, .cancelled]
    )
    func otherEnds(outcome: JobOutcome) {
        let gate = makeGate()
        for _ in 0..<10 { gate.note(outcome, of: .sample(), type: "http") }
        #expect(gate.verdict(on: "http") == .start(after: .zero))
    }

    @Test("lets one through after the pause, whose success opens it")
    func opens() {
        let gate = makeGate()
        fail(gate)
        clock.advance(by: .milliseconds(2500))
        #expect(gate.verdict(on: "http") == .start(after: .zero))
        #expect(gate.verdict(on: "http") == .turnAway(for: .seconds(5)))
        #expect(gate.breakers() == ["http": "half-open"])
        gate.note(.succeeded("done"), of: .sample(), type: "http")
        #expect(gate.verdict(on: "http") == .start(after: .zero))
        #expect(gate.breakers() == [:])
    }

    @Test("shuts for longer if the one that it let through fails")
    func shutsForLonger() {
        let gate = makeGate()
        fail(gate)
        clock.advance(by: .milliseconds(2500))
        _ = gate.verdict(on: "http")
        let failure = JobOutcome.failed(JobFailure(.network, "away"))
        #expect(gate.note(failure, of: .sample(), type: "http") == .outage(isShared: true))
        #expect(gate.verdict(on: "http") == .turnAway(for: .seconds(5)))
    }

    @Test("tells an outage of several jobs from the failures of a single one, until a success")
    func evidence() {
        let gate = makeGate()
        let failure = JobOutcome.failed(JobFailure(.network, "away"))
        let (one, other) = (JobID.sample(), JobID.sample())
        for _ in 0..<3 { #expect(gate.note(failure, of: one, type: "http") == .news) }
        #expect(gate.note(failure, of: one, type: "http") == .outage(isShared: false))
        #expect(gate.note(failure, of: other, type: "http") == .outage(isShared: true))
        #expect(gate.note(failure, of: one, type: "http") == .outage(isShared: true))
        #expect(gate.note(.succeeded("done"), of: one, type: "http") == .news)
        for _ in 0..<3 { #expect(gate.note(failure, of: other, type: "http") == .news) }
        #expect(gate.note(failure, of: other, type: "http") == .outage(isShared: false))
    }

    @Test("lets another through if the one that it let through told nothing")
    func triesAnother() {
        let gate = makeGate()
        fail(gate)
        clock.advance(by: .milliseconds(2500))
        #expect(gate.verdict(on: "http") == .start(after: .zero))
        gate.finish(type: "http")
        #expect(gate.verdict(on: "http") == .start(after: .zero))
    }

    @Test("has jobs wait for a moment that are over their type's rate, and turns those beyond away")
    func limitsRate() {
        let gate = makeGate(rate: 1)
        #expect(gate.verdict(on: "http") == .start(after: .zero))
        #expect(gate.verdict(on: "http") == .start(after: .seconds(1)))
        #expect(gate.verdict(on: "http") == .turnAway(for: .seconds(2)))
        #expect(gate.verdict(on: "transform") == .start(after: .zero))
    }

    @Test("starts no more jobs of a type at once than its policy says")
    func limitsConcurrency() {
        let gate = makeGate(concurrency: 2)
        #expect(gate.verdict(on: "http") == .start(after: .zero))
        #expect(gate.verdict(on: "http") == .start(after: .zero))
        #expect(gate.verdict(on: "http") == .turnAway(for: .zero))
        #expect(gate.verdict(on: "transform") == .start(after: .zero))
        gate.finish(type: "http")
        #expect(gate.verdict(on: "http") == .start(after: .zero))
    }

    @Test("never shuts for a type whose policy has no breaker")
    func noBreaker() {
        let gate = TypeGate(
            clock: clock,
            draw: { 0 },
            policy: { _ in JobPolicy(breaker: JobPolicy.Breaker(failures: nil)) }
        )
        fail(gate, times: 1000)
        #expect(gate.verdict(on: "http") == .start(after: .zero))
    }

    @Test(
        "starts no jobs of a paused type, asks again the more seldom the longer that lasts, and starts them once resumed"
    )
    func paused() {
        let gate = makeGate()
        let paused = TypeRecord("http", pause: TypePause(at: clock.timestamp))
        gate.apply([paused, TypeRecord("transform")])
        #expect(gate.pausedTypes == ["http"])
        // A tenth of how long it has lasted, at most a minute, and half of that with this draw.
        for (length, wait) in [(0, 0), (20, 1), (180, 10), (400, 30), (86_400, 30)] as [(Int64, Int64)] {
            clock.advance(by: .seconds(length))
            #expect(gate.verdict(on: "http") == .turnAway(for: .seconds(wait)))
        }
        #expect(gate.verdict(on: "transform") == .start(after: .zero))
        #expect(gate.running() == ["transform": 1])
        gate.apply([TypeRecord("http"), TypeRecord("transform")])
        #expect(gate.pausedTypes == [])
        #expect(gate.verdict(on: "http") == .start(after: .zero))
        #expect(gate.running() == ["http": 1, "transform": 1])
    }

    @Test("takes no pause for an outage: a breaker that was open is as open when the type is resumed")
    func pausedWhileOpen() {
        let gate = makeGate()
        fail(gate)
        gate.apply([TypeRecord("http", pause: TypePause(at: clock.timestamp))])
        clock.advance(by: .milliseconds(1500))
        #expect(gate.breakers() == ["http": "open"])
        gate.apply([])
        #expect(gate.verdict(on: "http") == .turnAway(for: .seconds(1)))
    }

    @Test("limits a type's rate as operators say at once, and as its policy says again when they say nothing")
    func limitedRate() {
        let gate = makeGate(rate: 100)
        gate.apply([TypeRecord("http", limits: TypeLimits(rate: 1))])
        #expect(gate.verdict(on: "http") == .start(after: .zero))
        // What is said again changes nothing of what was started meanwhile.
        gate.apply([TypeRecord("http", limits: TypeLimits(rate: 1))])
        #expect(gate.verdict(on: "http") == .start(after: .seconds(1)))
        #expect(gate.verdict(on: "http") == .turnAway(for: .seconds(2)))
        gate.apply([TypeRecord("http")])
        for _ in 0..<100 { #expect(gate.verdict(on: "http") == .start(after: .zero)) }
        #expect(gate.verdict(on: "http") == .start(after: .milliseconds(10)))
        gate.apply([TypeRecord("transform", limits: TypeLimits(rate: 1))])
        #expect(gate.verdict(on: "transform") == .start(after: .zero))
        #expect(gate.verdict(on: "transform") == .start(after: .seconds(1)))
        gate.apply([])
        for _ in 0..<100 { #expect(gate.verdict(on: "transform") == .start(after: .zero)) }
    }

    @Test("limits how many of a type run as operators say at once, more or fewer than its policy says")
    func limitedConcurrency() {
        let gate = makeGate(concurrency: 2)
        gate.apply([TypeRecord("http", limits: TypeLimits(concurrency: 3))])
        for _ in 0..<3 { #expect(gate.verdict(on: "http") == .start(after: .zero)) }
        #expect(gate.verdict(on: "http") == .turnAway(for: .zero))
        gate.apply([TypeRecord("http", limits: TypeLimits(concurrency: 1))])
        for _ in 0..<2 { gate.finish(type: "http") }
        #expect(gate.verdict(on: "http") == .turnAway(for: .zero))
        gate.apply([])
        #expect(gate.verdict(on: "http") == .start(after: .zero))
        #expect(gate.verdict(on: "http") == .turnAway(for: .zero))
    }
}
