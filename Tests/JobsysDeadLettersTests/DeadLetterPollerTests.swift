import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Synchronization
import Testing

@testable import JobsysDeadLetters

@Suite("The dead letters' poller", .timeLimit(.minutes(1)))
struct DeadLetterPollerTests {
    let clock: ManualClock
    let store = InMemoryJobStore()
    let mainQueue = InMemoryJobQueue(clock: ManualClock(epoch: .sample))
    let queue: InMemoryJobQueue
    let probes = Probes()

    init() {
        clock = ManualClock(epoch: .sample)
        queue = InMemoryJobQueue(clock: clock)
    }

    @Test("Records each letter once and deletes its message")
    func recorded() async throws {
        let jobs = (0..<12).map { _ in Job.spent() }
        for job in jobs {
            store.put(job)
            try queue.add(body: job.message.body, reason: .sample(of: job))
        }
        try queue.add(body: "poison")
        try await running(poller(), by: clock) { _ in await clock.waitForSleepers() }
        #expect(queue.bodies == [])
        #expect(store.jobs.allSatisfy { $0.status == .failedFinal && $0.error?.message == "broken" })
        #expect(
            Set(store.incidents.map(\.id)) == Set(jobs.map { .job($0.id, generation: 0) } + [.message("message-13")])
        )
    }

    @Test("A letter that the queue gave up too early goes back to the jobs, without an incident")
    func sentAgain() async throws {
        let job = Job.sample()
        store.put(job)
        try queue.add(body: job.message.body)
        try await running(poller(), by: clock) { _ in await clock.waitForSleepers() }
        #expect(mainQueue.bodies == [job.message.body])
        #expect(queue.bodies == [])
        #expect(store.jobs == [job])
        #expect(store.incidents == [])
    }

    @Test("A letter that comes twice makes one incident")
    func twice() async throws {
        let job = Job.spent()
        store.put(job)
        try queue.add(body: job.message.body)
        try await running(poller(), by: clock) { _ in
            while !queue.bodies.isEmpty { await Task.yield() }
            #expect(store.incidents.count == 1)
            let recorded = (store.jobs, store.incidents)
            try queue.add(body: job.message.body)
            while !queue.bodies.isEmpty { await Task.yield() }
            #expect((store.jobs, store.incidents) == recorded)
        }
        #expect(store.incidents.count == 1)
        #expect(queue.bodies == [])
    }

    @Test("A letter whose job is being run is hidden for half a minute, and recorded when the lease has ended")
    func postponed() async throws {
        let job = Job.running(until: clock.timestamp + .seconds(45))
        store.put(job)
        try queue.add(body: job.message.body)
        try await running(poller(), by: clock) { _ in
            await clock.waitForSleepers()
            #expect(queue.hiddenFor == [.seconds(30)])
            clock.advance(by: .seconds(20))
            await clock.waitForSleepers()
            clock.advance(by: .seconds(10))
            await clock.waitForSleepers()
            #expect(queue.hiddenFor == [.seconds(30)])
            #expect(store.jobs == [job])
            clock.advance(by: .seconds(20))
            await clock.waitForSleepers()
            clock.advance(by: .seconds(10))
            await clock.waitForSleepers()
        }
        #expect(store.jobs.map(\.status) == [.failedFinal])
        #expect(queue.bodies == [])
    }

    @Test("While the store is down nothing is received, and nothing is lost")
    func storeOutage() async throws {
        let jobs = [Job.spent(), Job.spent()]
        for job in jobs {
            store.put(job)
            try queue.add(body: job.message.body)
        }
        store.fail(with: .outage)
        try await running(poller(), by: clock) { _ in
            await clock.waitForSleepers()
            #expect(queue.hiddenFor == [.seconds(5), .seconds(5)])
            // Half of 1, 2, 4, ... seconds, and of 30 in the end.
            for (count, pause) in [500, 1000, 2000, 4000, 8000, 15000, 15000].enumerated() {
                clock.advance(by: .milliseconds(pause - 1))
                #expect(probes.count == count)
                clock.advance(by: .milliseconds(1))
                await clock.waitForSleepers()
                #expect(probes.count == count + 1)
            }
            #expect(queue.receives == 1)
            #expect(queue.bodies.count == 2)
            store.fail(with: nil)
            clock.advance(by: .seconds(15))
            await clock.waitForSleepers()
        }
        #expect(queue.bodies == [])
        #expect(store.jobs.allSatisfy { $0.status == .failedFinal })
        #expect(store.incidents.count == 2)
    }

    @Test("After a recovery the pauses start small again")
    func recovery() async throws {
        store.fail(with: .outage)
        try queue.add(body: "poison")
        try await running(poller(), by: clock) { _ in
            await clock.waitForSleepers()
            clock.advance(by: .milliseconds(500))
            await clock.waitForSleepers()
            store.fail(with: nil)
            // The store is found well; the message comes back, five seconds after it was hidden.
            clock.advance(by: .milliseconds(1000))
            await clock.waitForSleepers()
            clock.advance(by: .milliseconds(3500))
            await clock.waitForSleepers()
            #expect(queue.bodies == [])
            let receives = queue.receives
            store.fail(with: .outage)
            try queue.add(body: "poison")
            while queue.hiddenFor != [.seconds(5)] { await Task.yield() }
            await clock.waitForSleepers()
            store.fail(with: nil)
            clock.advance(by: .milliseconds(500))
            await clock.waitForSleepers()
            #expect(queue.receives == receives + 1)
        }
    }

    @Test("A queue that fails is asked again after growing pauses")
    func queueOutage() async throws {
        let job = Job.spent()
        store.put(job)
        try queue.add(body: job.message.body)
        queue.fail(with: .outage)
        try await running(poller(), by: clock) { _ in
            await clock.waitForSleepers()
            for pause in [500, 1000, 2000] {
                clock.advance(by: .milliseconds(pause))
                await clock.waitForSleepers()
            }
            queue.fail(with: nil)
            clock.advance(by: .milliseconds(4000))
            await clock.waitForSleepers()
        }
        #expect(store.jobs.map(\.status) == [.failedFinal])
        #expect(queue.bodies == [])
    }

    @Test("One letter that cannot be recorded does not hold up the others")
    func oneFails() async throws {
        let jobs = [Job.spent(), Job.spent()]
        for job in jobs {
            store.put(job)
            try queue.add(body: job.message.body)
        }
        try await running(poller(ObstructedStore(store, failing: [jobs[0].id])), by: clock) { _ in
            await clock.waitForSleepers()
            #expect(queue.hiddenFor == [.seconds(5)])
        }
        #expect(queue.bodies == [jobs[0].message.body])
        #expect(store.incidents.map(\.id) == [.job(jobs[1].id, generation: 0)])
    }

    /// SQS goes on with the wait of a receive whose connection was closed, and the next message is hidden from everybody
    /// (aws-sdk-js#2350, aws-sdk-java-v2#1395).
    @Test(
        "A graceful shutdown lets a receive end by itself, whose wait is shorter than the grace period",
        arguments: [(0, 1), (3, 1), (5, 3), (20, 18), (30, 20)]
    )
    func idleShutdown(grace: Int, wait: Int) async throws {
        try await running(poller(grace: .seconds(grace))) { shutDown in
            await clock.waitForSleepers()
            shutDown()
            // Beside the wait, the limit of the patience with it.
            await clock.waitForSleepers(2)
            #expect(clock.nextWakeUp == .seconds(wait))
            clock.advance(by: .seconds(wait))
        }
        #expect(queue.receives == 1)
        #expect(clock.now.offset == .seconds(wait))
    }

    @Test("A letter that a receive brings during a shutdown is handed back at once")
    func handedBack() async throws {
        let job = Job.spent()
        store.put(job)
        try await running(poller()) { shutDown in
            await clock.waitForSleepers()
            shutDown()
            await clock.waitForSleepers(2)
            try queue.add(body: job.message.body)
        }
        #expect(queue.hiddenFor == [.zero])
        #expect(queue.receives == 1)
        #expect(store.jobs == [job])
    }

    @Test("A letter that fails again and again while the store answers delays no other by more than a second")
    func hostile() async throws {
        let (hostile, good) = (Job.spent(), Job.spent())
        store.put(hostile)
        store.put(good)
        try queue.add(body: hostile.message.body)
        try await running(poller(ObstructedStore(store, failing: [hostile.id])), by: clock) { _ in
            for _ in 0..<5 {
                // It comes back as soon as it may.
                await clock.waitForSleepers()
                while queue.hiddenFor != [.zero] { clock.advance(by: .milliseconds(100)) }
                clock.advance(by: .seconds(1))
                while queue.hiddenFor == [.zero] { await Task.yield() }
            }
            await clock.waitForSleepers()
            let start = clock.now.offset
            try queue.add(body: good.message.body)
            while queue.bodies.count == 2 {
                clock.advance(by: .milliseconds(100))
                for _ in 0..<20 { await Task.yield() }
            }
            #expect(clock.now.offset - start <= .seconds(1))
        }
        #expect(store.incidents.map(\.id) == [.job(good.id, generation: 0)])
    }

    /// Such an id may be more than a key of the table can hold, and its letter could never be recorded.
    ///
    /// Source: Amazon SQS Developer Guide, "Amazon SQS queue and message identifiers": 100 characters at most.
    @Test(
        "Who claims to have given up a message that SQS cannot have made is not believed, and its letter is an incident",
        arguments: ["", "a#b", "a b", String(repeating: "a", count: 101), String(repeating: "é", count: 3000)]
    )
    func claimedMessageID(id: String) async throws {
        let reason = DeadLetter.Reason(failure: JobFailure(.system, "claimed"), messageID: id, run: nil)
        try queue.add(body: "poison", reason: reason)
        try await running(poller(), by: clock) { _ in await clock.waitForSleepers() }
        #expect(queue.bodies == [])
        #expect(store.incidents.map(\.id) == [.message("message-1")])
        #expect(store.incidents.map(\.failure.message) != ["claimed"])
    }

    @Test("Probes are told of a pause of more than 30 seconds, and why; and that it is over")
    func pauseIsTold() async throws {
        queue.fail(with: .outage)
        let poller = poller()
        let probed = DeadLetterPollers(pollers: [poller])
        try await running(poller, by: clock) { _ in
            await clock.waitForSleepers()
            for pause in [500, 1000, 2000, 4000, 8000] {
                try probed.checkReceiving()
                clock.advance(by: .milliseconds(pause))
                await clock.waitForSleepers()
            }
            #expect(probed.details == [:])
            clock.advance(by: .milliseconds(15_000))
            await clock.waitForSleepers()
            #expect(
                probed.details == [
                    "paused": ["dead-letters": ["seconds": 30, "reason": "dynamodb: InternalServerError"]]
                ]
            )
            #expect(throws: PollingPaused.self) { try probed.checkReceiving() }
            #expect(probed.problem == nil)
            queue.fail(with: nil)
            clock.advance(by: .milliseconds(15_000))
            await clock.waitForSleepers()
            // The receive has nothing to bring, and ends.
            clock.advance(by: .seconds(18))
            while probed.details != [:] { await Task.yield() }
            try probed.checkReceiving()
        }
    }

    @Test("A poller of which a step takes for minutes is stuck, one that has ended is not")
    func stuck() async throws {
        let job = Job.spent()
        store.put(job)
        try queue.add(body: job.message.body)
        let obstructed = ObstructedStore(store, stuck: [job.id])
        let poller = poller(obstructed)
        try await running(poller, by: clock) { _ in
            await obstructed.waitForArrival()
            clock.advance(by: .seconds(300))
            #expect(poller.problem == nil)
            clock.advance(by: .milliseconds(1))
            #expect(poller.problem == "no receive of dead-letters has ended, and no letter was dealt with, for minutes")
            obstructed.open()
            while !queue.bodies.isEmpty { await Task.yield() }
        }
        clock.advance(by: .seconds(3600))
        #expect(poller.problem == nil)
    }

    @Test("A graceful shutdown ends a pause at once")
    func pausedShutdown() async throws {
        store.fail(with: .outage)
        try queue.add(body: "poison")
        try await running(poller()) { _ in await clock.waitForSleepers() }
        #expect(clock.now.offset == .zero)
        #expect(queue.receives == 1)
    }

    @Test("A graceful shutdown lets what was received be recorded")
    func busyShutdown() async throws {
        let job = Job.spent()
        store.put(job)
        try queue.add(body: job.message.body)
        let obstructed = ObstructedStore(store, stuck: [job.id])
        try await running(poller(obstructed), by: clock) { shutDown in
            await obstructed.waitForArrival()
            shutDown()
            obstructed.open()
        }
        #expect(store.jobs.map(\.status) == [.failedFinal])
        #expect(queue.bodies == [])
        #expect(queue.receives == 1)
    }

    @Test("Cancellation interrupts the recording, and the message stays")
    func cancellation() async throws {
        let job = Job.spent()
        store.put(job)
        try queue.add(body: job.message.body)
        let obstructed = ObstructedStore(store, stuck: [job.id])
        let poller = poller(obstructed)
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await poller.run() }
                await obstructed.waitForArrival()
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        #expect(store.jobs == [job])
        #expect(queue.hiddenFor == [.seconds(60)])
    }

    /// A poller whose pauses are half of what they may be.
    private func poller(
        _ failures: (any FailureStore)? = nil,
        grace: Duration = .seconds(20)
    ) -> DeadLetterPoller {
        let recorder = DeadLetterRecorder(
            store: failures ?? store,
            queue: mainQueue,
            now: { [clock] in clock.timestamp }
        )
        return DeadLetterPoller(
            queue: queue,
            processor: DeadLetterProcessor(recorder: recorder),
            checkStore: { [probes, store] in
                probes.add()
                try await store.checkReachable()
            },
            grace: grace,
            clock: clock,
            draw: { 0.5 }
        )
    }
}

extension DeadLetter.Reason {
    fileprivate static func sample(of job: Job) -> Self {
        Self(failure: JobFailure(.system, "broken"), messageID: "first", run: Run(latestOf: job))
    }
}

/// Counts how often the store was asked whether it can be reached.
final class Probes: Sendable {
    private let counter = Mutex(0)

    var count: Int { counter.withLock(\.self) }

    func add() {
        counter.withLock { $0 += 1 }
    }
}
