import Testing

@testable import JobsysWorker

@Suite("A pool of slots", .timeLimit(.minutes(1)))
struct SlotPoolTests {
    @Test("returns at once how many slots are free")
    func free() async throws {
        let pool = SlotPool(3)
        pool.tryAcquire(upTo: 2)
        #expect(try await pool.waitUntilFree() == 1)
    }

    @Test("resumes who waits when a slot is released")
    func waits() async throws {
        let pool = SlotPool(1)
        pool.tryAcquire(upTo: 1)
        async let free = pool.waitUntilFree()
        await Task.yield()
        pool.release()
        #expect(try await free == 1)
    }

    @Test("acquires no more slots than are free")
    func acquiresWhatIsFree() async throws {
        let pool = SlotPool(3)
        #expect(pool.tryAcquire(upTo: 2) == 2)
        #expect(pool.tryAcquire(upTo: 2) == 1)
        #expect(pool.tryAcquire(upTo: 2) == 0)
        #expect(pool.taken == 3)
    }

    @Test("gives a released slot to the first that waits for one")
    func firstWaiter() async throws {
        let pool = SlotPool(1)
        pool.tryAcquire(upTo: 1)
        async let entered: Void = pool.acquire()
        for _ in 0..<100 { await Task.yield() }
        pool.release()
        try await entered
        #expect(pool.tryAcquire(upTo: 1) == 0)
        pool.release()
        try await pool.acquire()
        #expect(pool.taken == 1)
    }

    @Test("gives no slot to a task that was cancelled while it waited")
    func cancelledWaiter() async throws {
        let pool = SlotPool(1)
        pool.tryAcquire(upTo: 1)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pool.acquire() }
            for _ in 0..<100 { await Task.yield() }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        pool.release()
        #expect(pool.taken == 0)
    }

    @Test("ends a wait that is cancelled")
    func cancelled() async throws {
        let pool = SlotPool(1)
        pool.tryAcquire(upTo: 1)
        await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask { try await pool.waitUntilFree() }
            await Task.yield()
            group.cancelAll()
            await #expect(throws: CancellationError.self) { _ = try await group.next() }
        }
        pool.release()
        #expect(try await pool.waitUntilFree() == 1)
    }
}
