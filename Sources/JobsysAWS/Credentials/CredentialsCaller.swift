import JobsysHTTP
import JobsysSigV4

/// Calls the services that hand out credentials, within the limits and retries that all calls have.
struct CredentialsCaller: Sendable {
    let settings: AWSSettings
    let transport: any HTTPTransport
    let runtime: AWSRuntime

    /// Performs an operation, signed with `credentials` if it is signed at all.
    ///
    /// - Throws: ``CredentialsError``, or `CancellationError` if the calling task is cancelled.
    func perform<Operation: WireOperation>(
        _ operation: Operation,
        region: String,
        credentials: AWSCredentials? = nil,
        provider: String
    ) async throws -> Operation.Output {
        let client = AWSClient(
            configuration: try configuration(region, credentials, provider),
            transport: transport,
            runtime: runtime
        )
        do {
            return try await client.perform(operation)
        } catch let error as AWSError {
            let code: CredentialsError.Code = error.isRetryable ? .unavailable : .refused
            throw CredentialsError(code, provider: provider, error.description, cause: error)
        }
    }

    private func configuration(
        _ region: String,
        _ credentials: AWSCredentials?,
        _ provider: String
    ) throws(CredentialsError) -> AWSConfiguration {
        do {
            return AWSConfiguration(
                region: region,
                endpoints: try EndpointResolver(settings),
                credentials: credentials.map { StaticCredentials($0) } ?? CredentialsChain([]),
                retry: try RetryConfiguration(settings)
            )
        } catch {
            throw CredentialsError(.misconfigured, provider: provider, error.description)
        }
    }
}
