import HTTPTypes

/// An AWS service as the client sees it: its names, its protocol and its retry numbers.
public struct AWSService: Sendable, Hashable {
    /// The first label of the service's host, such as `dynamodb`.
    public let endpointPrefix: String

    /// The service's name in the credential scope of a signature.
    public let signingName: String

    /// The service's name in `AWS_ENDPOINT_URL_<NAME>`.
    public let environmentName: String

    /// What stands before the dot in `X-Amz-Target`; empty for a service that does not speak AWS JSON.
    public let targetPrefix: String

    /// The version of the AWS JSON protocol, `1.0` or `1.1`.
    public let jsonVersion: String

    /// Whether error codes of the former query protocol are asked for with `x-amzn-query-mode`.
    public let isQueryCompatible: Bool

    /// The upper bound of the first pause after a transient failure; it doubles from there.
    public let baseRetryDelay: Duration

    /// The number of attempts, the first included, unless the configuration sets one.
    public let maxAttempts: Int

    /// The `Content-Type` of requests in AWS JSON.
    let contentType: String

    /// Creates the description of a service.
    public init(
        endpointPrefix: String,
        signingName: String? = nil,
        environmentName: String,
        targetPrefix: String = "",
        jsonVersion: String = "1.0",
        isQueryCompatible: Bool = false,
        baseRetryDelay: Duration = .milliseconds(50),
        maxAttempts: Int = 3
    ) {
        self.endpointPrefix = endpointPrefix
        self.signingName = signingName ?? endpointPrefix
        self.environmentName = environmentName
        self.targetPrefix = targetPrefix
        self.jsonVersion = jsonVersion
        contentType = "application/x-amz-json-\(jsonVersion)"
        self.isQueryCompatible = isQueryCompatible
        self.baseRetryDelay = baseRetryDelay
        self.maxAttempts = maxAttempts
    }
}

extension AWSService {
    /// Hashes what tells services apart; the rest is only compared.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(endpointPrefix)
    }

    /// The services that this module has operations of.
    static let own = [dynamoDB, sqs, sns, ssm, cloudWatch, stepFunctions, sts, sso, ssoOIDC]
}

extension HTTPField.Name {
    static let awsTarget = aws("X-Amz-Target")
    static let awsDate = aws("X-Amz-Date")
    static let awsInvocationID = aws("amz-sdk-invocation-id")
    static let awsRequest = aws("amz-sdk-request")
    static let awsQueryMode = aws("x-amzn-query-mode")
    static let awsQueryError = aws("x-amzn-query-error")
    static let awsErrorType = aws("x-amzn-errortype")
    static let awsRequestID = aws("x-amzn-requestid")
    static let awsRetryAfter = aws("x-amz-retry-after")
    static let awsCRC32 = aws("x-amz-crc32")
    static let metadataToken = aws("x-aws-ec2-metadata-token")
    static let metadataTokenTTL = aws("x-aws-ec2-metadata-token-ttl-seconds")

    private static func aws(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        return field
    }
}
