import JobsysTestKit
import Synchronization
import Testing

@testable import JobsysCore

@Suite("Telling of incidents", .quietLog, .timeLimit(.minutes(1)))
struct IncidentReporterTests {
    private let clock = ManualClock(epoch: .sample)
    private let incident = Incident(
        id: .job(JobID(at: .sample), generation: 1),
        tenant: "default",
        jobType: "email",
        failure: Job.RecordedFailure(errorClass: .network, message: "no route", at: .sample),
        attempts: 4,
        traceID: nil,
        excerpt: #"{"to":"eve"}"#
    )

    private func reporter(_ notifiers: [RecordingNotifier], perMinute: Int = 10) -> IncidentReporter {
        IncidentReporter(
            notifiers: notifiers,
            perMinute: perMinute,
            clock: clock,
            now: { [clock] in clock.timestamp },
            draw: { 0.5 }
        )
    }

    @Test("says what failed, with what and after how many attempts, and nothing of the payload")
    func summary() {
        guard case .job(let id, _) = incident.id else { return }
        let text = "job \(id) (generation 1) of type email failed for good after 4 attempts: NETWORK: no route"
        #expect(incident.summary == text)
        #expect(incident.summary(withheld: 7) == text + " (and 7 more before it)")
        #expect(!incident.summary.contains("eve"))
    }

    @Test("tells everybody")
    func everybody() async {
        let notifiers = [RecordingNotifier(), RecordingNotifier()]
        await reporter(notifiers).report(incident)
        #expect(notifiers.map(\.tries) == [1, 1])
        #expect(notifiers[0].told == [incident.id])
    }

    @Test("tries again after a failure that may pass, three times in all, and not after another one")
    func tries() async {
        let flaky = RecordingNotifier(failures: [.outage])
        let dead = RecordingNotifier(failures: [.outage, .outage, .outage, .outage])
        let refusing = RecordingNotifier(failures: [.refusal])
        async let done: Void = reporter([flaky, dead, refusing]).report(incident)
        await clock.waitForSleepers(2)
        clock.advance(by: .milliseconds(250))
        await clock.waitForSleepers(1)
        clock.advance(by: .milliseconds(500))
        await done
        #expect([flaky, dead, refusing].map(\.tries) == [2, 3, 1])
        #expect([flaky, dead, refusing].map(\.told.count) == [1, 0, 0])
    }

    @Test("withholds what is too much in a minute, and says how much that was")
    func budget() async {
        let notifier = RecordingNotifier()
        let reporter = reporter([notifier], perMinute: 2)
        for _ in 0..<5 { await reporter.report(incident) }
        #expect(notifier.withheld == [0, 0])
        clock.advance(by: .seconds(60))
        await reporter.report(incident)
        await reporter.report(incident)
        #expect(notifier.withheld == [0, 0, 3, 0])
    }
}

/// Records what it is told, and fails as often as it is told to.
private final class RecordingNotifier: IncidentNotifier {
    private struct State {
        var failures: [DependencyError]
        var tries = 0
        var told: [Incident.ID] = []
        var withheld: [Int] = []
    }

    let name = "recording"
    private let state: Mutex<State>

    init(failures: [DependencyError] = []) {
        state = Mutex(State(failures: failures))
    }

    var tries: Int { state.withLock(\.tries) }
    var told: [Incident.ID] { state.withLock(\.told) }
    var withheld: [Int] { state.withLock(\.withheld) }

    func notify(_ incident: Incident, withheld: Int) async throws {
        try state.withLock { state in
            state.tries += 1
            if let failure = state.failures.popLast() { throw failure }
            state.told.append(incident.id)
            state.withheld.append(withheld)
        }
    }
}
