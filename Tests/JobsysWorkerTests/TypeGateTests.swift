import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

@testable import JobsysWorker

extension JobID {
    fileprivate static func sample() -> JobID { JobID(at: .sample) }
}

@Suite("A gate of job types")
struct TypeGateTests {
    private let clock = ManualClock()

    private func makeGate(rateLimits: [String: Int] = [:]) -> TypeGate {
        TypeGate(threshold: 3, rateLimits: rateLimits, clock: clock, draw: { 0 })
    }

    private func fail(_ gate: TypeGate, _ errorClass: ErrorClass = .network, times: Int = 3) {
        for _ in 0..<times { gate.note(.failed(JobFailure(errorClass, "away")), of: .sample(), ofType: "http") }
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
        #expect(gate.verdict(on: "http") == .shed(for: .milliseconds(2500)))
        #expect(gate.verdict(on: "transform") == .start(after: .zero))
        #expect(gate.breakers() == ["http": "open"])
    }

    @Test("does not shut if a success comes in between")
    func interrupted() {
        let gate = makeGate()
        fail(gate, times: 2)
        gate.note(.succeeded("done"), of: .sample(), ofType: "http")
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
        for _ in 0..<10 { gate.note(outcome, of: .sample(), ofType: "http") }
        #expect(gate.verdict(on: "http") == .start(after: .zero))
    }

    @Test("lets one through after the pause, whose success opens it")
    func opens() {
        let gate = makeGate()
        fail(gate)
        clock.advance(by: .milliseconds(2500))
        #expect(gate.verdict(on: "http") == .start(after: .zero))
        #expect(gate.verdict(on: "http") == .shed(for: .seconds(5)))
        #expect(gate.breakers() == ["http": "half-open"])
        gate.note(.succeeded("done"), of: .sample(), ofType: "http")
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
        #expect(gate.note(failure, of: .sample(), ofType: "http") == .outage(isShared: true))
        #expect(gate.verdict(on: "http") == .shed(for: .seconds(5)))
    }

    @Test("tells an outage of several jobs from the failures of a single one, until a success")
    func evidence() {
        let gate = makeGate()
        let failure = JobOutcome.failed(JobFailure(.network, "away"))
        let (one, other) = (JobID.sample(), JobID.sample())
        for _ in 0..<3 { #expect(gate.note(failure, of: one, ofType: "http") == .news) }
        #expect(gate.note(failure, of: one, ofType: "http") == .outage(isShared: false))
        #expect(gate.note(failure, of: other, ofType: "http") == .outage(isShared: true))
        #expect(gate.note(failure, of: one, ofType: "http") == .outage(isShared: true))
        #expect(gate.note(.succeeded("done"), of: one, ofType: "http") == .news)
        for _ in 0..<3 { #expect(gate.note(failure, of: other, ofType: "http") == .news) }
        #expect(gate.note(failure, of: other, ofType: "http") == .outage(isShared: false))
    }

    @Test("lets another through if the one that it let through told nothing")
    func triesAnother() {
        let gate = makeGate()
        fail(gate)
        clock.advance(by: .milliseconds(2500))
        #expect(gate.verdict(on: "http") == .start(after: .zero))
        gate.noteNothing(ofType: "http")
        #expect(gate.verdict(on: "http") == .start(after: .zero))
    }

    @Test("has jobs wait for a moment that are over their type's rate, and sheds those beyond")
    func limitsRate() {
        let gate = makeGate(rateLimits: ["http": 1])
        #expect(gate.verdict(on: "http") == .start(after: .zero))
        #expect(gate.verdict(on: "http") == .start(after: .seconds(1)))
        #expect(gate.verdict(on: "http") == .shed(for: .seconds(2)))
        #expect(gate.verdict(on: "transform") == .start(after: .zero))
    }
}
