import Glibc

/// Work that blocks, on a thread of its own: the threads that tasks share must not wait for anything.
public enum BlockingWork {
    /// Runs the work and returns what it does; throws if there is no thread to be had.
    public static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let start = unsafe Unmanaged.passRetained(
                ThreadStart { continuation.resume(with: Result { try work() }) }
            )
            var thread = pthread_t()
            let error = unsafe pthread_create(&thread, nil, runThread, start.toOpaque())
            guard error == 0 else {
                unsafe start.release()
                return continuation.resume(throwing: SystemFailure("pthread_create", error))
            }
            pthread_detach(thread)
        }
    }
}

private final class ThreadStart {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    // Signals are for the threads that expect them.
    var all = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, nil)
    unsafe Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
