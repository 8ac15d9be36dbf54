public import JobsysHTTP

/// What a client needs to know: where it is, whom it speaks for and how patient it is.
public struct AWSConfiguration: Sendable {
    /// The region that requests go to and are signed for.
    public var region: String

    /// Where the services are.
    public var endpoints: EndpointResolver

    /// Who signs; asked for every attempt, so it should cache.
    public var credentials: any CredentialsProvider

    /// How often a failed operation is repeated.
    public var retry: RetryConfiguration

    /// The limits of one attempt; an operation's own waiting time is added to `request`.
    public var timeouts: TransportTimeouts

    /// Creates a configuration from its parts.
    public init(
        region: String,
        endpoints: EndpointResolver = EndpointResolver(),
        credentials: any CredentialsProvider,
        retry: RetryConfiguration = RetryConfiguration(),
        timeouts: TransportTimeouts = AWSConfiguration.defaultTimeouts
    ) {
        self.region = region
        self.endpoints = endpoints
        self.credentials = credentials
        self.retry = retry
        self.timeouts = timeouts
    }

    /// Reads the variables and the shared files that all AWS SDKs read; what a variable says goes before the files.
    ///
    /// - the profile: `AWS_PROFILE`, `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, `HOME`
    /// - `AWS_REGION`, else `AWS_DEFAULT_REGION`, else the profile's; required
    /// - `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`,
    ///   `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`
    /// - `AWS_MAX_ATTEMPTS`, `AWS_RETRY_MODE` (`standard` only)
    /// - credentials, cached: `AWS_ACCESS_KEY_ID` and its kin, `AWS_WEB_IDENTITY_TOKEN_FILE`, the profile's, the
    ///   container's, the instance's; the first of these that is configured
    ///
    /// A blank variable counts as unset. No request is sent here; `transport` is for the credentials.
    public init(
        environment: [String: String],
        transport: any HTTPTransport,
        runtime: AWSRuntime = AWSRuntime()
    ) throws(AWSConfigurationError) {
        let settings = try AWSSettings(environment: environment)
        guard let region = try Self.region(settings) else { throw Self.missingRegion(settings) }
        try self.init(settings, region: region, transport: transport, runtime: runtime)
    }

    /// Reads the same, and asks an EC2 instance for its region where nobody has set one.
    ///
    /// Where there is no instance that costs a second, `AWS_METADATA_SERVICE_TIMEOUT`, and nothing at all with
    /// `AWS_EC2_METADATA_DISABLED`.
    ///
    /// - Throws: ``AWSConfigurationError``, or `CancellationError` if the calling task is cancelled.
    public static func discoveringRegion(
        environment: [String: String],
        transport: any HTTPTransport,
        runtime: AWSRuntime = AWSRuntime()
    ) async throws -> AWSConfiguration {
        let settings = try AWSSettings(environment: environment)
        var region = try region(settings)
        if region == nil {
            region = try await InstanceMetadata.region(
                environment: environment,
                transport: transport,
                runtime: runtime
            )
        }
        guard let region else { throw missingRegion(settings) }
        return try AWSConfiguration(settings, region: region, transport: transport, runtime: runtime)
    }

    private init(
        _ settings: AWSSettings,
        region: String,
        transport: any HTTPTransport,
        runtime: AWSRuntime
    ) throws(AWSConfigurationError) {
        try EnvironmentCredentials.checkComplete(settings.environment)
        self.init(
            region: region,
            endpoints: try EndpointResolver(settings),
            credentials: CredentialsCache(
                CredentialsChain.standard(
                    environment: settings.environment,
                    region: region,
                    transport: transport,
                    runtime: runtime
                ),
                runtime: runtime
            ),
            retry: try RetryConfiguration(settings)
        )
    }

    /// One second to connect and five for the whole exchange.
    public static let defaultTimeouts = TransportTimeouts(connect: .seconds(1), request: .seconds(5))

    /// The region that is set; nil if none is.
    static func region(_ settings: AWSSettings) throws(AWSConfigurationError) -> String? {
        guard let region = settings.setting("AWS_REGION", "AWS_DEFAULT_REGION", property: "region") else { return nil }
        guard isRegion(region.text) else {
            throw AWSConfigurationError(key: region.place, found: region.text, expected: expectedRegion)
        }
        return region.text
    }

    /// Whether a text may become part of a host's name.
    static func isRegion(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
    }

    private static let expectedRegion = "a region such as eu-central-1"

    private static func missingRegion(_ settings: AWSSettings) -> AWSConfigurationError {
        AWSConfigurationError(key: "AWS_REGION", found: nil, expected: expectedRegion + settings.shared.unreadableNote)
    }
}

/// A setting that is missing or makes no sense.
public struct AWSConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The environment variable, or the place in a shared configuration file.
    public let key: String

    /// Its value, or what is wrong with the place; nil if it is not set; never a secret.
    public let found: String?

    /// What it should have been.
    public let expected: String

    /// One line with key, finding and expectation.
    public var description: String {
        guard let found else { return "\(key): missing; expected \(expected)" }
        return "\(key): found \"\(found)\"; expected \(expected)"
    }

    /// Creates the error.
    public init(key: String, found: String?, expected: String) {
        self.key = key
        self.found = found
        self.expected = expected
    }
}
