import Testing

@testable import WorkerService

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
