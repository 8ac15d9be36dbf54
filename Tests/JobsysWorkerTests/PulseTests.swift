import JobsysServiceRuntime
import JobsysTestKit
import JobsysTime
import Testing

@testable import JobsysWorker

@Suite("A pulse")
struct PulseTests {
    private let clock = ManualClock()
    private let pulse: Pulse

    init() {
        pulse = Pulse(elapsed: stopwatch(clock), timeForReceive: .seconds(60), timeForJobs: .seconds(62))
    }

    @Test("stops when a receive does not end in time, whatever signs of life there are from jobs")
    func receive() {
        pulse.noteCall()
        clock.advance(by: .seconds(60))
        pulse.noteSignOfLife()
        #expect(!pulse.isOverdue)
        clock.advance(by: .milliseconds(1))
        #expect(pulse.isOverdue)
        pulse.noteCall()
        #expect(!pulse.isOverdue)
    }

    @Test("goes on through a pause, and for the call after it")
    func pause() {
        pulse.notePause(of: .seconds(30))
        clock.advance(by: .seconds(90))
        #expect(!pulse.isOverdue)
        clock.advance(by: .milliseconds(1))
        #expect(pulse.isOverdue)
    }

    @Test("goes on as long as jobs that must end first show signs of life")
    func jobs() {
        pulse.noteWaitForJobs()
        for _ in 1...10 {
            clock.advance(by: .seconds(50))
            pulse.noteSignOfLife()
        }
        #expect(!pulse.isOverdue)
        clock.advance(by: .seconds(63))
        #expect(pulse.isOverdue)
    }
}
