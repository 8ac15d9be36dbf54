import Synchronization

/// A counting semaphore of the jobs that may run at once.
///
/// Some tasks wait for a slot of their own, first come, first served; others wait until any slot is free without acquiring
/// it.
final class SlotPool: Sendable {
    private struct Waiter {
        var id: Int
        var wake: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var free: Int
        var counter = 0
        /// Those who wait until any slot is free.
        var observers: [Waiter] = []
        /// Those who wait to acquire one, in their order.
        var acquirers: [Waiter] = []
    }

    private let state: Mutex<State>
    private let count: Int

    init(_ count: Int) {
        self.count = count
        state = Mutex(State(free: count))
    }

    /// How many slots are free.
    var free: Int { state.withLock(\.free) }

    /// How many slots are taken.
    var taken: Int { count - free }

    /// Acquires as many slots as are free, up to a number; returns how many.
    @discardableResult
    func tryAcquire(upTo wanted: Int) -> Int {
        state.withLock { state in
            let taken = min(wanted, state.free)
            state.free -= taken
            return taken
        }
    }

    /// Releases a slot: the first that waits for one acquires it.
    func release() {
        let woken = state.withLock { state in
            if !state.acquirers.isEmpty { return [state.acquirers.removeFirst()] }
            state.free += 1
            defer { state.observers = [] }
            return state.observers
        }
        for waiter in woken { waiter.wake.resume(returning: true) }
    }

    /// Waits until a slot is free; returns how many are.
    ///
    /// - Throws: `CancellationError`.
    func waitUntilFree() async throws -> Int {
        while true {
            try Task.checkCancellation()
            let free = state.withLock(\.free)
            guard free <= 0 else { return free }
            _ = await wait(in: \.observers) { $0.free > 0 }
        }
    }

    /// Waits for a slot and acquires it.
    ///
    /// - Throws: `CancellationError`; no slot is acquired then.
    func acquire() async throws {
        let hasSlot = await wait(in: \.acquirers) { state in
            guard state.free > 0 else { return false }
            state.free -= 1
            return true
        }
        guard hasSlot else { throw CancellationError() }
    }

    /// Waits, unless it need not, until it is woken (true) or cancelled (false).
    private func wait(
        in list: any WritableKeyPath<State, [Waiter]> & Sendable,
        unless isDone: (inout State) -> Bool
    ) async -> Bool {
        let id = state.withLock { state in
            state.counter += 1
            return state.counter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { wake in
                let answer: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    if isDone(&state) { return true }
                    state[keyPath: list].append(Waiter(id: id, wake: wake))
                    return nil
                }
                if let answer { wake.resume(returning: answer) }
            }
        } onCancel: {
            let waiter: Waiter? = state.withLock { state in
                guard let index = state[keyPath: list].firstIndex(where: { $0.id == id }) else { return nil }
                return state[keyPath: list].remove(at: index)
            }
            waiter?.wake.resume(returning: false)
        }
    }
}
