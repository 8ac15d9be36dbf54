import CCurl
import Glibc
import Synchronization

/// Where tasks leave transfers for the owner thread, and how they wake it.
final class TransferInbox: Sendable {
    private struct State {
        var table = TransferTable<Transfer>()
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let lastID = Atomic<UInt64>(0)

    /// Becomes readable when the owner is to wake.
    ///
    /// Not `curl_multi_wakeup`: a late waker would call it on a handle that the owner has already freed. This
    /// descriptor lives as long as anybody can use it, and curl's handles never leave the owner thread.
    let wakeDescriptor: Int32

    init() throws(TransportError) {
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard wakeDescriptor >= 0 else { throw .unavailable("eventfd failed with errno \(errno)") }
    }

    deinit {
        close(wakeDescriptor)
    }

    func makeID() -> TransferID {
        TransferID(rawValue: lastID.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    func submit(_ id: TransferID, _ transfer: Transfer) {
        switch state.withLock({ $0.table.submit(id, transfer) }) {
        case .queued(let wakeOwner): wake(if: wakeOwner)
        case .refuse(let transfer): transfer.endUnsent(.shutDown)
        }
    }

    func cancel(_ id: TransferID) {
        switch state.withLock({ $0.table.cancel(id) }) {
        case .end(let transfer): transfer.endUnsent(.cancelled)
        case .abort(let wakeOwner): wake(if: wakeOwner)
        case .ignore: break
        }
    }

    /// Tells the owner to end everything, without waiting for it.
    func stop() {
        if case .wait(let wakeOwner) = state.withLock({ $0.table.stop() }) { wake(if: wakeOwner) }
    }

    /// Tells the owner to end everything, and waits until it has.
    func stopAndWait() async {
        await withCheckedContinuation { continuation in
            let action = state.withLock { state in
                let action = state.table.stop()
                if case .wait = action { state.stopWaiters.append(continuation) }
                return action
            }
            switch action {
            case .wait(let wakeOwner): wake(if: wakeOwner)
            case .alreadyStopped: continuation.resume()
            }
        }
    }

    /// The owner's next step.
    func next() -> TransferTable<Transfer>.OwnerAction {
        state.withLock { $0.table.next() }
    }

    func finished(_ ids: some Sequence<TransferID>) {
        state.withLock { state in
            for id in ids { state.table.finished(id) }
        }
    }

    /// The owner's last word.
    func stopped() {
        let waiters = state.withLock { state in
            state.table.stopped()
            defer { state.stopWaiters = [] }
            return state.stopWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Cannot fail but by overflow of the counter after 2^64 wakes; the owner never has to read it.
    private func wake(if needed: Bool) {
        if needed { eventfd_write(wakeDescriptor, 1) }
    }
}
