import AWSSigV4

extension AWSClient {
    /// The credentials to sign with, waited for no longer than the call has time; nil if that was not enough.
    ///
    /// Only the wait ends with the time: a refresh that others need goes on.
    func credentials(within limit: Duration?) async throws -> AWSCredentials? {
        let provider = configuration.credentials
        if let ready = provider.readyCredentials() { return ready }
        guard let limit else { return try await provider.credentials() }
        guard limit > .zero else { return nil }
        let sleep = runtime.sleep
        return try await withThrowingTaskGroup(of: AWSCredentials?.self) { group in
            group.addTask { try await provider.credentials() }
            group.addTask {
                try await sleep(limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
