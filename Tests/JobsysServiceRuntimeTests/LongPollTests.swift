import JobsysServiceRuntime
import JobsysTestKit
import ServiceLifecycleTestKit
import Synchronization
import Testing

@Suite("A long poll", .timeLimit(.minutes(1)))
struct LongPollTests {
    private let clock = ManualClock()

    @Test(
        "waits for whole seconds, two less than the grace period, and at least one",
        arguments: [
            (Duration.seconds(20), Duration.zero, Duration.seconds(1)), (.seconds(20), .seconds(3), .seconds(1)),
            (.seconds(20), .milliseconds(5900), .seconds(3)), (.seconds(20), .seconds(20), .seconds(18)),
            (.seconds(20), .seconds(22), .seconds(20)), (.seconds(20), .seconds(7200), .seconds(20)),
            (.seconds(10), .seconds(20), .seconds(10)), (.zero, .seconds(20), .zero),
        ]
    )
    func wait(longest: Duration, grace: Duration, wait: Duration) {
        let poll = LongPoll(longest: longest, grace: grace)
        #expect(poll.wait == wait)
        #expect(poll.patience <= max(grace, .seconds(3)))
    }

    @Test("brings what the receive brings, also after a stop has begun")
    func brings() async throws {
        try await testGracefulShutdown { trigger in
            let poll = LongPoll(grace: .seconds(20))
            let result = try await poll.perform(by: clock) { [clock] wait in
                trigger.triggerGracefulShutdown()
                // Of the limit of the poll's patience: it has heard of the stop.
                await clock.waitForSleepers(1)
                clock.advance(by: wait)
                try Task.checkCancellation()
                return wait
            }
            #expect(result == .seconds(18))
            #expect(try await poll.perform(by: clock) { _ in Issue.record("received after the stop") } == nil)
        }
    }

    @Test("is given up when the queue does not answer in time after a stop has begun")
    func givesUp() async throws {
        try await testGracefulShutdown { trigger in
            let poll = LongPoll(grace: .seconds(20))
            let result: Bool? = try await poll.perform(by: clock) { [clock] _ in
                trigger.triggerGracefulShutdown()
                await clock.waitForSleepers(1)
                clock.advance(by: .seconds(20))
                try await clock.sleep(for: .seconds(1000))
                return true
            }
            #expect(result == nil)
            #expect(clock.now.offset == .seconds(20))
        }
    }
}
