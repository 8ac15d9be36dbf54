import JobsysTestKit
import Synchronization
import Testing

@testable import JobsysCore

@Suite("The alarm clock", .timeLimit(.minutes(1)))
struct AlarmClockTests {
    private let clock = ManualClock()
    private let alarms: AlarmClock
    private let rung: AsyncStream<String>
    private let note: AsyncStream<String>.Continuation

    init() {
        alarms = AlarmClock(clock)
        (rung, note) = AsyncStream<String>.makeStream()
    }

    private func set(_ name: String, after seconds: Int) -> AlarmClock.Alarm {
        alarms.set(after: .seconds(seconds)) { note.yield(name) }
    }

    @Test("rings each alarm at its time, with one sleep for all that come later")
    func order() async {
        var rings = rung.makeAsyncIterator()
        _ = set("first", after: 10)
        await clock.waitForSleepers()
        for seconds in 11...30 { _ = set("\(seconds)", after: seconds) }
        #expect(clock.sleepers == 1)
        clock.advance(by: .seconds(10))
        #expect(await rings.next() == "first")
        for seconds in 11...30 {
            await clock.waitForSleepers()
            clock.advance(by: .seconds(1))
            #expect(await rings.next() == "\(seconds)")
        }
        #expect(clock.sleepers == 0)
    }

    @Test("rings an alarm in time that is set for earlier than all others")
    func earlier() async {
        var rings = rung.makeAsyncIterator()
        _ = set("late", after: 20)
        await clock.waitForSleepers()
        _ = set("early", after: 5)
        while clock.nextWakeUp != .seconds(5) { await Task.yield() }
        clock.advance(by: .seconds(5))
        #expect(await rings.next() == "early")
        await clock.waitForSleepers()
        clock.advance(by: .seconds(15))
        #expect(await rings.next() == "late")
    }

    @Test("does not ring what was called off")
    func cancelled() async {
        var rings = rung.makeAsyncIterator()
        let alarm = set("never", after: 5)
        _ = set("later", after: 6)
        await clock.waitForSleepers()
        alarms.cancel(alarm)
        clock.advance(by: .seconds(6))
        #expect(await rings.next() == "later")
        alarms.cancel(alarm)
        #expect(clock.sleepers == 0)
    }

    @Test("sleeps no more when the last alarm was called off")
    func silence() async {
        let pair = [set("one", after: 5), set("two", after: 6)]
        await clock.waitForSleepers()
        alarms.cancel(pair[0])
        #expect(clock.sleepers == 1)
        alarms.cancel(pair[1])
        #expect(clock.sleepers == 0)
    }

    @Test("keeps its one sleep while it falls silent again and again")
    func busy() async {
        for _ in 0..<40 { alarms.cancel(set("short", after: 5)) }
        await clock.waitForSleepers()
        for _ in 0..<40 { alarms.cancel(set("short", after: 6)) }
        #expect(clock.sleepers == 1)
        clock.advance(by: .seconds(5))
        while clock.sleepers > 0 { await Task.yield() }
    }

    @Test("keeps few more entries than alarms are set, however many were cancelled before their time")
    func memory() async {
        // Two hundred jobs a second for ten minutes, each of which sets a timeout of 300 s and ends after half a second.
        var running: [[AlarmClock.Alarm]] = []
        var most = 0
        let longest = set("longest", after: 3600)
        for _ in 0..<1200 {
            running.append((0..<100).map { _ in set("timeout", after: 300) })
            if running.count > 1 { for alarm in running.removeFirst() { alarms.cancel(alarm) } }
            most = max(most, alarms.entryCount)
            clock.advance(by: .milliseconds(500))
        }
        #expect(most <= 2 * 201 + 64)
        for alarm in running.joined() { alarms.cancel(alarm) }
        alarms.cancel(longest)
        #expect(alarms.entryCount == 0)
    }

    @Test("rings those of many that were not cancelled, in the order of their times")
    func survivors() async {
        var rings = rung.makeAsyncIterator()
        let many = (1...1000).reversed().map { (seconds: $0, alarm: set("\($0)", after: $0)) }
        for (seconds, alarm) in many where seconds % 100 != 0 { alarms.cancel(alarm) }
        for seconds in stride(from: 100, through: 1000, by: 100) {
            // The sleep may still be one that was meant for a cancelled alarm.
            while clock.nextWakeUp == nil { await Task.yield() }
            clock.advance(by: .seconds(100))
            #expect(await rings.next() == "\(seconds)")
        }
        #expect(alarms.entryCount == 0)
    }

    @Test("goes on after it has been silent")
    func again() async {
        var rings = rung.makeAsyncIterator()
        for name in ["one", "two"] {
            _ = set(name, after: 5)
            await clock.waitForSleepers()
            clock.advance(by: .seconds(5))
            #expect(await rings.next() == name)
        }
    }
}
