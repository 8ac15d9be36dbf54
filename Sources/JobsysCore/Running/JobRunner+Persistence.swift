import JobsysTime
import Logging

extension JobRunner {
    /// Makes a call again and again while the run holds its lease: a store or a queue that is away for a moment must not
    /// cost a second run.
    ///
    /// - Parameters:
    ///   - patience: How long; without it, until the lease must be renewed.
    ///   - call: The call.
    /// - Returns: What the call returns.
    /// - Throws: What the call throws, if it is not transient or goes on for too long; `CancellationError`.
    func persistently<Result>(
        for patience: Duration? = nil,
        _ call: () async throws -> sending Result
    ) async throws -> sending Result {
        let deadline = now() + (patience ?? (lease.length - lease.renewalInterval))
        var pause = Duration.milliseconds(200)
        // An outage meets all jobs that run, so each of them complains once.
        var level = Logger.Level.warning
        while true {
            do {
                return try await call()
            } catch let error as DependencyError where error.isTransient && now() + pause < deadline {
                Logger.current.log(level: level, "call tried again", metadata: ["error.message": "\(error)"])
                level = .debug
                try await clock.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }
}
