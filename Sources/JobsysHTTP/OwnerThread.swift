import Glibc
import Synchronization

/// The one thread that touches curl.
final class OwnerThread: Sendable {
    /// `nil` once somebody has joined or detached it, which must happen exactly once.
    private let thread: Mutex<pthread_t?>

    /// Starts a thread that runs `loop` and then tells `inbox` that everything has stopped.
    init(_ loop: consuming sending TransferLoop, inbox: TransferInbox) throws(TransportError) {
        let start = unsafe Unmanaged.passRetained(ThreadStart(loop: loop, inbox: inbox))
        var thread = pthread_t()
        let error = unsafe pthread_create(&thread, nil, runThread, start.toOpaque())
        guard error == 0 else {
            unsafe start.release()
            throw .unavailable("pthread_create failed with errno \(error)")
        }
        self.thread = Mutex(thread)
    }

    /// Waits for the thread's end, which must be near: it blocks.
    func join() {
        if let thread = take() { pthread_join(thread, nil) }
    }

    /// Lets the thread end on its own.
    func detach() {
        if let thread = take() { pthread_detach(thread) }
    }

    private func take() -> pthread_t? {
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
    }
}

private final class ThreadStart {
    private var loop: TransferLoop?
    private let inbox: TransferInbox

    init(loop: TransferLoop, inbox: TransferInbox) {
        self.loop = loop
        self.inbox = inbox
    }

    func run() {
        blockSignals()
        loop?.run()
        // Closes the connections before anybody hears that the transport has stopped.
        loop = nil
        inbox.stopped()
    }

    /// Signals are for the threads that expect them; and TLS may write to a closed socket.
    private func blockSignals() {
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, nil)
    }
}

private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue().run()
    return nil
}

/// Runs tasks on the thread that drives curl, between its looks at the sockets.
///
/// There is nothing to wake on the way of such a task to curl and back. It outlives the thread: what is enqueued
/// after that has ended runs on the pool of threads where tasks run without a preference.
final class OwnerExecutor: TaskExecutor {
    private let inbox: TransferInbox

    init(_ inbox: TransferInbox) {
        self.inbox = inbox
    }

    /// Has the owner thread run a job, in its turn.
    func enqueue(_ job: consuming ExecutorJob) {
        inbox.enqueue(UnownedJob(job))
    }

    /// Runs a job; for the owner thread, outside of curl's callbacks.
    func run(_ job: UnownedJob) {
        unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
}
