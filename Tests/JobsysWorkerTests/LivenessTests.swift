import JobsysServiceRuntime
import JobsysTestKit
import JobsysTime
import Testing

@testable import JobsysWorker

@Suite("The liveness of an intake")
struct LivenessTests {
    private let clock = ManualClock()
    private let liveness: Liveness

    init() {
        liveness = Liveness(elapsed: stopwatch(clock), callTimeout: .seconds(60), jobTimeout: .seconds(62))
    }

    @Test("ends when a receive does not end in time, whatever heartbeats the jobs have")
    func receive() {
        liveness.noteCall()
        clock.advance(by: .seconds(60))
        liveness.noteHeartbeat()
        #expect(!liveness.isOverdue)
        clock.advance(by: .milliseconds(1))
        #expect(liveness.isOverdue)
        liveness.noteCall()
        #expect(!liveness.isOverdue)
    }

    @Test("goes on through a pause, and for the call after it")
    func pause() {
        liveness.notePause(of: .seconds(30))
        clock.advance(by: .seconds(90))
        #expect(!liveness.isOverdue)
        clock.advance(by: .milliseconds(1))
        #expect(liveness.isOverdue)
    }

    @Test("goes on as long as the jobs that hold the slots have heartbeats")
    func jobs() {
        liveness.noteWaitForSlot()
        for _ in 1...10 {
            clock.advance(by: .seconds(50))
            liveness.noteHeartbeat()
        }
        #expect(!liveness.isOverdue)
        clock.advance(by: .seconds(63))
        #expect(liveness.isOverdue)
    }

    @Test("asks for nothing more once the intake has ended")
    func end() {
        liveness.noteEnd()
        liveness.noteHeartbeat()
        clock.advance(by: .seconds(7200))
        #expect(!liveness.isOverdue)
    }
}
