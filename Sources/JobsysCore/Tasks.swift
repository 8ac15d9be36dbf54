/// Runs a piece of work to its end, even if the calling task is cancelled meanwhile.
///
/// For the writes that must follow what has already happened: recording a run's end, acknowledging its message. The
/// task below is unstructured, but its caller awaits it, so it has a parent in all but name.
package func uncancelled<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await Task(executorPreference: Workplace.executor) { try await work() }.value
}

extension Array where Element: Sendable {
    /// Maps all elements, at most `limit` at a time; the results are in the elements' order.
    ///
    /// Cancellation reaches every transformation, also those that have yet to start; none is left out.
    package func concurrentMap<Result: Sendable>(
        limit: Int,
        _ transform: @escaping @Sendable (Element) async -> Result
    ) async -> [Result] {
        await withTaskGroup(of: (Int, Result).self) { group in
            var results = [Result?](repeating: nil, count: count)
            for (index, element) in enumerated() {
                if index >= limit, let (finished, result) = await group.next() {
                    results[finished] = result
                }
                group.addTask { (index, await transform(element)) }
            }
            for await (finished, result) in group {
                results[finished] = result
            }
            return results.compactMap(\.self)
        }
    }
}
