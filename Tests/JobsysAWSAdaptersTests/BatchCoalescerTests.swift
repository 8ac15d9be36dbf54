import JobsysCore
import JobsysObservability
import JobsysTestKit
import Synchronization
import Testing

@testable import JobsysAWSAdapters

@Suite("Batches of calls", .timeLimit(.minutes(1)))
struct BatchCoalescerTests {
    @Test("go out at once and alone when nothing is under way")
    func idle() {
        var state = BatchState<Int>(batchLimit: 10, concurrencyLimit: 2)
        #expect(state.add(1)?.waiters == [1])
        #expect(state.finish()?.waiters == nil)
        #expect(state.add(2)?.waiters == [2])
    }

    @Test("gather what comes while one is under way, ten at most")
    func gathering() {
        var state = BatchState<Int>(batchLimit: 3, concurrencyLimit: 1)
        #expect(state.add(1)?.waiters == [1])
        for entry in 2...6 { #expect(state.add(entry)?.waiters == nil) }
        #expect(state.finish()?.waiters == [2, 3, 4])
        #expect(state.finish()?.waiters == [5, 6])
        #expect(state.finish()?.waiters == nil)
    }

    @Test("leave before the one under way returns when they are full, as far as the concurrency allows")
    func full() {
        var state = BatchState<Int>(batchLimit: 2, concurrencyLimit: 2)
        #expect(state.add(1)?.waiters == [1])
        #expect(state.add(2)?.waiters == nil)
        #expect(state.add(3)?.waiters == [2, 3])
        #expect(state.add(4)?.waiters == nil)
        #expect(state.add(5)?.waiters == nil)
        #expect(state.finish()?.waiters == [4, 5])
    }

    @Test("do not leave half empty when one of several returns, but when the last one does")
    func severalUnderWay() {
        var state = BatchState<Int>(batchLimit: 2, concurrencyLimit: 3)
        #expect(state.add(1)?.waiters == [1])
        #expect(state.add(2)?.waiters == nil)
        #expect(state.add(3)?.waiters == [2, 3])
        #expect(state.add(4)?.waiters == nil)
        #expect(state.finish()?.waiters == nil)
        #expect(state.finish()?.waiters == [4])
    }

    @Test("leave although others are under way when they are found waiting at two looks")
    func overdue() {
        var state = BatchState<Int>(batchLimit: 10, concurrencyLimit: 2)
        _ = state.add(1)
        #expect(state.takeWatch() == false)
        _ = state.add(2)
        #expect(state.takeWatch() == true)
        #expect(state.takeWatch() == false)
        _ = state.add(3)
        var look = state.look()
        #expect(look.overdue?.waiters == [2, 3])
        #expect(!look.goesOn)
        // As many are under way as may be.
        _ = state.add(4)
        #expect(state.takeWatch() == true)
        look = state.look()
        #expect(look.overdue == nil && look.goesOn)
        #expect(state.finish()?.waiters == nil)
        _ = state.add(5)
        look = state.look()
        #expect(look.overdue?.waiters == [4, 5])
        #expect(!look.goesOn)
    }

    @Test("take those down with them who waited for an outage to show, and nobody else")
    func outage() throws {
        var state = BatchState<Int>(batchLimit: 2, concurrencyLimit: 1)
        #expect(state.add(1)?.waiters == [1])
        for entry in 2...5 { #expect(state.add(entry)?.waiters == nil) }
        let returned = state.finish()
        let batch = try #require(returned)
        #expect(batch.waiters == [2, 3])
        #expect(state.add(6)?.waiters == nil)
        #expect(state.removeWaiting(since: batch) == [4, 5])
        #expect(state.finish()?.waiters == [6])
    }

    @Test("give every caller its own result")
    func ownResults() async throws {
        let gate = Gate()
        let coalescer = BatchCoalescer<Int> { entries in
            await gate.pass(entries)
            return entries.map { $0.isMultiple(of: 3) ? .failure(refusal) : .success(()) }
        }
        let failed = await withTaskGroup(of: Int?.self) { group in
            for entry in 1...25 {
                group.addTask {
                    do {
                        try await coalescer.submit(entry)
                        return nil
                    } catch {
                        return entry
                    }
                }
            }
            return await group.reduce(into: Set<Int>()) { failed, entry in entry.map { _ = failed.insert($0) } }
        }
        #expect(failed == Set(stride(from: 3, through: 25, by: 3)))
        #expect(gate.batches.flatMap(\.self).sorted() == Array(1...25))
        #expect(gate.batches.allSatisfy { $0.count <= 10 })
        #expect(gate.batches.count < 25)
    }

    @Test("are not held up by a call that hangs")
    func hangingCall() async throws {
        let (hanging, hung) = AsyncStream<Void>.makeStream()
        let (release, released) = AsyncStream<Void>.makeStream()
        let clock = ManualClock()
        let coalescer = BatchCoalescer<Int>(clock: clock) { entries in
            if entries == [1] {
                hung.yield()
                for await _ in release {}
            }
            return entries.map { _ in .success(()) }
        }
        async let first: Void = coalescer.submit(1)
        for await _ in hanging { break }
        async let second: Void = coalescer.submit(2)
        await clock.waitForSleepers()
        clock.advance(by: .milliseconds(100))
        try await second
        released.finish()
        try await first
    }

    @Test("fail every one of their entries when the call fails")
    func callFails() async throws {
        let coalescer = BatchCoalescer<Int> { _ in throw refusal }
        let error = await #expect(throws: DependencyError.self) { try await coalescer.submit(1) }
        #expect(error?.code == "Refused")
    }

    @Test("that meet an outage fail what has waited behind them", arguments: [true, false])
    func outageFailsTheQueue(isTransient: Bool) async throws {
        let calls = Mutex(0)
        let coalescer = BatchCoalescer<Int>(batchLimit: 2, concurrencyLimit: 1) { _ in
            // Time enough for all the others to gather behind the first.
            let isFirst = calls.withLock { calls in
                calls += 1
                return calls == 1
            }
            if isFirst { for _ in 0..<500 { await Task.yield() } }
            throw DependencyError(dependency: "sqs", code: "Down", message: "no", isTransient: isTransient)
        }
        let failures = await withTaskGroup(of: Bool.self) { group in
            for entry in 1...50 {
                group.addTask {
                    do {
                        try await coalescer.submit(entry)
                        return false
                    } catch {
                        return true
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 50)
        #expect(calls.withLock(\.self) < 10 || !isTransient)
        #expect(calls.withLock(\.self) > 20 || isTransient)
    }

    @Test("are sent for the others even if the caller that leads is cancelled")
    func leaderCancelled() async throws {
        let sent = Mutex<[Int]>([])
        let coalescer = BatchCoalescer<Int> { entries in
            // Time enough for the cancellation to arrive; a cancelled call would throw here.
            for _ in 0..<100 { await Task.yield() }
            try Task.checkCancellation()
            sent.withLock { $0 += entries }
            return entries.map { _ in .success(()) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await coalescer.submit(1) }
            group.addTask { try await coalescer.submit(2) }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(sent.withLock { $0.sorted() } == [1, 2])
    }
}

private let refusal = DependencyError(dependency: "sqs", code: "Refused", message: "no", isTransient: false)

/// Records batches, and lets each wait a little so that others gather behind it.
private final class Gate: Sendable {
    private let seen = Mutex<[[Int]]>([])

    var batches: [[Int]] { seen.withLock(\.self) }

    func pass(_ entries: [Int]) async {
        seen.withLock { $0.append(entries) }
        for _ in 0..<20 { await Task.yield() }
    }

    @Test("are made for nobody in particular, whoever leads them")
    func tag() async throws {
        let coalescer = BatchCoalescer<Int> { entries in
            #expect(CostTag.current == nil)
            return entries.map { _ in .success(()) }
        }
        try await CostTag.$current.withValue("task") { try await coalescer.submit(1) }
    }
}
