import Testing

@testable import JobsysWorker

@Suite("A pool of slots", .timeLimit(.minutes(1)))
struct SlotPoolTests {
    @Test("answers at once how many slots are free")
    func free() async throws {
        let pool = SlotPool(3)
        pool.take(2)
        #expect(try await pool.waitForFree() == 1)
    }

    @Test("has the one who waits go on when a slot is given back")
    func waits() async throws {
        let pool = SlotPool(1)
        pool.take(1)
        async let free = pool.waitForFree()
        await Task.yield()
        pool.release()
        #expect(try await free == 1)
    }

    @Test("takes no more slots than are free")
    func takesWhatIsFree() async throws {
        let pool = SlotPool(3)
        #expect(pool.take(2) == 2)
        #expect(pool.take(2) == 1)
        #expect(pool.take(2) == 0)
        #expect(pool.taken == 3)
    }

    @Test("gives a slot to the one in line before anybody else")
    func line() async throws {
        let pool = SlotPool(1)
        pool.take(1)
        async let entered: Void = pool.enter()
        for _ in 0..<100 { await Task.yield() }
        pool.release()
        try await entered
        #expect(pool.take(1) == 0)
        pool.release()
        try await pool.enter()
        #expect(pool.taken == 1)
    }

    @Test("gives no slot to one who has left the line")
    func leavesLine() async throws {
        let pool = SlotPool(1)
        pool.take(1)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pool.enter() }
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
        pool.take(1)
        await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask { try await pool.waitForFree() }
            await Task.yield()
            group.cancelAll()
            await #expect(throws: CancellationError.self) { _ = try await group.next() }
        }
        pool.release()
        #expect(try await pool.waitForFree() == 1)
    }
}
