public import FoundationEssentials
public import HTTPTypes

extension SigV4Signer {
    /// Signs a request in its query, so that whoever gets the URL can send it for a while.
    ///
    /// The header fields of the request are signed as ``sign(_:body:credentials:at:)`` does it, and have to be sent as
    /// they are. The query is written anew: its own parameters first, encoded in full and in their order, then those of
    /// the signature. The URL holds for `validity` in whole seconds, rounded up; services take up to seven days, and no
    /// URL outlives its credentials. Source:
    /// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    public func presign(
        _ request: HTTPRequest,
        body: [UInt8] = [],
        credentials: AWSCredentials,
        at date: Date,
        validity: Duration
    ) -> HTTPRequest {
        let time = SigningTime(date)
        let key = keys.key(secret: credentials.secretAccessKey, day: time.day)
        let target = RequestTarget(request)
        var request = request
        request.headerFields[.authorization] = nil
        request.headerFields[.amzDate] = nil
        request.headerFields[.amzSecurityToken] = nil

        var query = QueryParameters(target.query)
        query.remove(Self.presigningNames)
        query.append("X-Amz-Algorithm", Self.algorithm)
        query.append("X-Amz-Credential", "\(credentials.accessKeyID)/\(key.scope)")
        query.append("X-Amz-Date", time.instant)
        query.append("X-Amz-Expires", String(Self.wholeSeconds(validity)))
        query.append("X-Amz-SignedHeaders", CanonicalHeaders(of: request).names)
        if dialect.signsSessionToken { query.append("X-Amz-Security-Token", ifPresent: credentials.sessionToken) }
        request.path = "\(target.path)?\(query.text)"

        let body = dialect.statesBodyHash ? Body.unsigned : .signed(body)
        let hash = request.headerFields[.amzContentSHA256] ?? body.hash
        let canonical = canonicalRequest(of: request, bodyHash: hash)
        if !dialect.signsSessionToken { query.append("X-Amz-Security-Token", ifPresent: credentials.sessionToken) }
        query.append("X-Amz-Signature", key.signature(of: canonical.stringToSign(at: time, scope: key.scope)))
        request.path = "\(target.path)?\(query.text)"
        return request
    }

    /// The parameters of older signatures, and the empty ones that stray ampersands make.
    private static let presigningNames: Set<String> = [
        "", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token",
        "X-Amz-Signature", "X-Amz-SignedHeaders",
    ]

    private static func wholeSeconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return attoseconds > 0 ? seconds + 1 : seconds
    }
}
