public import FoundationEssentials
public import HTTPTypes
internal import Hashing

/// Signs requests with AWS Signature Version 4: a request and a date in, the signed request out.
///
/// Each attempt to send a request is to be signed anew, with its own date. Source:
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
public struct SigV4Signer: Sendable {
    /// How a service wants its requests to be made canonical.
    public enum Dialect: Sendable, Hashable {
        /// Every service but S3: the path loses dot segments and empty segments, and is encoded once more.
        case standard
        /// S3: the path is signed as it is sent, and the body's hash is sent as `X-Amz-Content-Sha256`.
        case s3
    }

    /// The service's signing name, such as `dynamodb`.
    public let service: String
    /// The region in the signature's scope, such as `eu-central-1`.
    public let region: String
    /// The service's dialect.
    public let dialect: Dialect
    private let keys = SigningKeyCache()

    /// Creates a signer for one service in one region; copies share its cache of the derived key.
    public init(service: String, region: String, dialect: Dialect = .standard) {
        self.service = service
        self.region = region
        self.dialect = dialect
    }

    /// Adds `X-Amz-Date`, `Authorization`, and for temporary credentials `X-Amz-Security-Token`, in place of old ones.
    ///
    /// The request's path goes out percent-encoded, as it is here; its authority is signed as the Host header. Every
    /// header field is signed except those that proxies and transports change; fields added later are not.
    public func sign(
        _ request: HTTPRequest,
        body: [UInt8],
        credentials: AWSCredentials,
        at date: Date
    ) -> HTTPRequest {
        let time = SigningTime(date)
        let prepared = prepare(request, body: body, credentials: credentials, time: time)
        let canonical = canonicalRequest(of: prepared.request, bodyHash: prepared.bodyHash)
        let key = keys.key(secret: credentials.secretAccessKey, day: time.day, region: region, service: service)
        let signature = HMACSHA256.authenticate(stringToSign(for: canonical, time: time), key: key)
        var signed = prepared.request
        signed.headerFields[.authorization] =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope(at: time)), "
            + "SignedHeaders=\(canonical.signedHeaders), Signature=\(Hex.encode(signature))"
        return signed
    }

    package func canonicalRequest(of request: HTTPRequest, bodyHash: String) -> CanonicalRequest {
        CanonicalRequest(request, bodyHash: bodyHash, dialect: dialect)
    }

    package func stringToSign(for canonical: CanonicalRequest, time: SigningTime) -> String {
        "AWS4-HMAC-SHA256\n\(time.instant)\n\(scope(at: time))\n\(SHA256.hexHash(canonical.text))"
    }

    private func scope(at time: SigningTime) -> String {
        "\(time.day)/\(region)/\(service)/aws4_request"
    }

    private func prepare(
        _ request: HTTPRequest,
        body: [UInt8],
        credentials: AWSCredentials,
        time: SigningTime
    ) -> (request: HTTPRequest, bodyHash: String) {
        var request = request
        request.headerFields[.authorization] = nil
        request.headerFields[.amzDate] = time.instant
        request.headerFields[.amzSecurityToken] = credentials.sessionToken
        switch dialect {
        case .standard:
            // A caller may state the hash itself, or UNSIGNED-PAYLOAD; both sides then have to use what is stated.
            return (request, request.headerFields[.amzContentSHA256] ?? SHA256.hexHash(body))
        case .s3:
            let hash = SHA256.hexHash(body)
            request.headerFields[.amzContentSHA256] = hash
            return (request, hash)
        }
    }
}
