public import JobsysAWS
public import JobsysHTTP
public import JobsysServiceRuntime

/// How a service reaches AWS, as its environment says: one client, and the meter of its calls.
public struct AWSConnection: Sendable {
    /// What every operation goes through.
    public let client: AWSClient
    /// Counts the client's calls, for `/stats` and `/metrics`.
    public let meter: CallMeter
    /// The region that the operations go to.
    public let region: String
    /// What the operations are signed with, for requests to others that want the same signature.
    public let credentials: any CredentialsProvider

    /// Reads region, endpoints, credentials and retries; no credentials are asked for yet.
    ///
    /// - Parameters:
    ///   - start: The service's start.
    ///   - transport: What the requests are sent by.
    ///   - operationTimeout: How long an operation may take with all its retries; nil for no limit.
    /// - Throws: `ConfigurationError` for a setting that is missing or malformed, or `CancellationError`.
    public init(_ start: ServiceStart, transport: CurlTransport, operationTimeout: Duration? = nil) async throws {
        var configuration: AWSConfiguration
        do {
            configuration = try await .discoveringRegion(environment: start.environment, transport: transport)
        } catch let error as AWSConfigurationError {
            throw ConfigurationError(error)
        }
        configuration.retry.operationTimeout = operationTimeout
        region = configuration.region
        credentials = configuration.credentials
        meter = CallMeter()
        client = AWSClient(configuration: configuration, transport: transport, observer: meter)
    }
}

extension ServiceStart {
    /// Makes an HTTP transport, with the proxies and certificates that the environment names.
    ///
    /// - Parameter change: Changes what else the transport does.
    /// - Returns: The transport.
    /// - Throws: `ConfigurationError` for a malformed proxy or certificate file, and libcurl's error if it cannot start.
    public func makeTransport(
        _ change: (inout CurlTransport.Configuration) -> Void = { _ in }
    ) throws -> CurlTransport {
        var configuration: CurlTransport.Configuration
        do {
            configuration = try .init(environment: environment)
        } catch {
            throw ConfigurationError(error)
        }
        change(&configuration)
        return try CurlTransport(configuration: configuration)
    }
}

extension ConfigurationError {
    fileprivate init(_ error: AWSConfigurationError) {
        self.init(key: error.key, found: error.found, expected: error.expected)
    }
}
