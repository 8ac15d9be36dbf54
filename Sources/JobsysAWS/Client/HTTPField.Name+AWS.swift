import HTTPTypes

extension HTTPField.Name {
    static let awsTarget = aws("X-Amz-Target")
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
