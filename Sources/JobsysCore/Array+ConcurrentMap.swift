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
