/// Where the services' own work is done: claims, records, messages and all else that mostly waits for AWS.
///
/// Child tasks inherit a preference for an executor, but tasks without a parent do not; so it goes with the task's values
/// as well, for ``uncancelled(_:)``. Handlers work elsewhere, because they may block or compute for long, unless they
/// are registered as brief.
package enum Workplace {
    @TaskLocal package static var executor: (any TaskExecutor)?

    /// Does a piece of work, and all that it has done by other tasks, on an executor.
    package static func work<Result: Sendable>(
        on executor: any TaskExecutor,
        _ body: @Sendable () async throws -> Result
    ) async rethrows -> Result {
        try await $executor.withValue(executor) {
            try await withTaskExecutorPreference(executor) { try await body() }
        }
    }
}
