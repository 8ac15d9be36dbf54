/// Runs a piece of work to its end, even if the calling task is cancelled meanwhile.
///
/// For the writes that must follow what has already happened: recording a run's end, acknowledging its message. The
/// task below is unstructured, but its caller awaits it, so it has a parent in all but name.
package func uncancelled<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await Task(executorPreference: Workplace.executor) { try await work() }.value
}
