extension AWSRuntime {
    /// Runs `body`, cancels it after so long, and is nil then; without a limit it just runs.
    ///
    /// `body` has to end when it is cancelled: it is waited for.
    func within<Value: Sendable>(
        _ limit: Duration?,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        guard let limit else { return try await body() }
        guard limit > .zero else { return nil }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await expire(limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
