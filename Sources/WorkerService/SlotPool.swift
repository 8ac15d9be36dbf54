import Synchronization

/// Counts how many more jobs may run, and lets one task wait until there is room.
final class SlotPool: Sendable {
    private struct State {
        var free: Int
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// Takes slots that are free.
    func take(_ count: Int) {
        state.withLock { $0.free -= count }
    }

    /// Gives a slot back, and wakes the one that waits.
    func release() {
        let waiter = state.withLock { state in
            state.free += 1
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Waits until a slot is free; answers how many are.
    ///
    /// Only one task may wait at a time.
    ///
    /// - Throws: `CancellationError`.
    func waitForFree() async throws -> Int {
        while true {
            try Task.checkCancellation()
            let free = state.withLock(\.free)
            guard free <= 0 else { return free }
            await waitForRelease()
        }
    }

    private func waitForRelease() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let mayWait = state.withLock { state in
                    precondition(state.waiter == nil, "only one task may wait for a slot")
                    guard state.free <= 0, !Task.isCancelled else { return false }
                    state.waiter = waiter
                    return true
                }
                if !mayWait { waiter.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
    }
}
