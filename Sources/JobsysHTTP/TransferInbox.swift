import CJobsysCurl
import Glibc
import Synchronization

/// Where tasks leave transfers and jobs for the owner thread, and how they wake it.
final class TransferInbox: Sendable {
    typealias Table = TransferTable<Transfer, UnownedJob>

    private struct State {
        var table = Table()
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

    /// Has the owner run a job; one that comes too late runs on the pool, since a job that is lost is a task that hangs.
    func enqueue(_ job: UnownedJob) {
        switch state.withLock({ $0.table.enqueue(job) }) {
        case .queued(let wakeOwner): wake(if: wakeOwner)
        case .refuse(let job): globalConcurrentExecutor.enqueue(job)
        }
    }

    func cancel(_ id: TransferID) {
        switch state.withLock({ $0.table.cancel(id) }) {
        case .end(let transfer): transfer.endUnsent(.cancelled)
        case .abort(let wakeOwner): wake(if: wakeOwner)
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
    func next() -> Table.OwnerAction {
        state.withLock { $0.table.next() }
    }

    /// The owner is awake: those who come now need not wake it.
    func ownerWoke() {
        state.withLock { $0.table.ownerWoke() }
    }

    /// The owner's last word.
    func stopped() {
        let (jobs, waiters) = state.withLock { state in
            defer { state.stopWaiters = [] }
            return (state.table.stopped(), state.stopWaiters)
        }
        for job in jobs { globalConcurrentExecutor.enqueue(job) }
        for waiter in waiters { waiter.resume() }
    }

    /// Cannot fail but by overflow of the counter after 2^64 wakes; the owner never has to read it.
    private func wake(if needed: Bool) {
        if needed { eventfd_write(wakeDescriptor, 1) }
    }
}
