public import CurlHTTP

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

    /// Reads the variables that all AWS SDKs read.
    ///
    /// - `AWS_REGION`, else `AWS_DEFAULT_REGION`; required
    /// - `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`
    /// - `AWS_MAX_ATTEMPTS`, `AWS_RETRY_MODE` (`standard` only)
    /// - credentials: `AWS_ACCESS_KEY_ID` and its kin, the container's, the instance's, in this order, cached
    ///
    /// A blank variable counts as unset. No request is sent here; `transport` is for the credentials.
    public init(
        environment: [String: String],
        transport: any HTTPTransport,
        runtime: AWSRuntime = AWSRuntime()
    ) throws(AWSConfigurationError) {
        for key in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] where try environment.flag(key) {
            throw AWSConfigurationError(key: key, found: "true", expected: "false: such endpoints are not supported")
        }
        try EnvironmentCredentials.checkComplete(environment)
        self.init(
            region: try Self.region(environment),
            endpoints: try EndpointResolver(environment: environment),
            credentials: CredentialsCache(
                CredentialsChain.standard(environment: environment, transport: transport, runtime: runtime),
                runtime: runtime
            ),
            retry: try RetryConfiguration(environment: environment)
        )
    }

    /// One second to connect and five for the whole exchange.
    public static let defaultTimeouts = TransportTimeouts(connect: .seconds(1), request: .seconds(5))

    private static func region(_ environment: [String: String]) throws(AWSConfigurationError) -> String {
        let key = environment.nonBlank("AWS_REGION") == nil ? "AWS_DEFAULT_REGION" : "AWS_REGION"
        guard let region = environment.nonBlank(key) else {
            throw AWSConfigurationError(key: "AWS_REGION", found: nil, expected: "a region such as eu-central-1")
        }
        // The region becomes part of a host name.
        guard region.utf8.allSatisfy({ (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }) else {
            throw AWSConfigurationError(key: key, found: region, expected: "a region such as eu-central-1")
        }
        return region
    }
}
