import JobsysSigV4

extension AWSClient {
    /// The credentials to sign with, waited for no longer than the call has time; nil if that was not enough.
    ///
    /// Only the wait ends with the time: a refresh that others need goes on.
    func credentials(within limit: Duration?) async throws -> AWSCredentials? {
        let provider = configuration.credentials
        if let ready = provider.readyCredentials() { return ready }
        return try await runtime.within(limit) { try await provider.credentials() }
    }
}
