import Glibc
import Synchronization

/// A thread for work that blocks, to be joined exactly once.
final class BlockingThread: Sendable {
    private final class Start: Sendable {
        let work: @Sendable () -> Void

        init(_ work: @escaping @Sendable () -> Void) {
            self.work = work
        }
    }

    private let thread: pthread_t

    init(_ work: @escaping @Sendable () -> Void) throws(ScriptedServerError) {
        let start = unsafe Unmanaged.passRetained(Start(work))
        var thread = pthread_t()
        let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
            if let context = unsafe context { unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue().work() }
            return nil
        }
        guard unsafe pthread_create(&thread, nil, run, start.toOpaque()) == 0 else {
            unsafe start.release()
            throw ScriptedServerError(call: "pthread_create")
        }
        self.thread = thread
    }

    func join() {
        pthread_join(thread, nil)
    }
}
