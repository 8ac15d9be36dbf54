public import FoundationEssentials
public import HTTPTypes
internal import JobsysHashing

/// Signs requests with AWS Signature Version 4: a request and a date in, the signed request out.
///
/// Each attempt to send a request is to be signed anew, with its own date. Source:
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
public struct SigV4Signer: Sendable {
    static let algorithm = "AWS4-HMAC-SHA256"

    /// The service's signing name, such as `dynamodb`.
    public let service: String
    /// The region in the signature's scope, such as `eu-central-1`.
    public let region: String
    /// The service's dialect.
    public let dialect: Dialect
    let keys: SigningKeyCache

    /// Creates a signer for one service in one region; copies share its cache of derived keys.
    public init(service: String, region: String, dialect: Dialect = .standard) {
        self.service = service
        self.region = region
        self.dialect = dialect
        keys = SigningKeyCache(region: region, service: service)
    }

    /// Signs a request and the body that goes with it, in the request's header fields.
    ///
    /// Adds `X-Amz-Date`, `Authorization`, and for temporary credentials `X-Amz-Security-Token`, in place of old ones.
    /// The request's path goes out percent-encoded, as it is here; its authority is signed as the Host header. Every
    /// header field is signed except those that proxies and transports change; fields added later are not.
    public func sign(
        _ request: consuming HTTPRequest,
        body: [UInt8],
        credentials: AWSCredentials,
        at date: Date
    ) -> HTTPRequest {
        let (time, key) = keys.key(secret: credentials.secretAccessKey, at: date)
        request.headerFields[.authorization] = nil
        request.headerFields[.amzDate] = time.instant
        request.headerFields[.amzSecurityToken] = credentials.sessionToken
        // A caller may state the hash itself; both sides then have to use what is stated.
        let bodyHash =
            (dialect.statesBodyHash ? nil : request.headerFields[.amzContentSHA256]) ?? SHA256.hexHash(body)
        if dialect.statesBodyHash { request.headerFields[.amzContentSHA256] = bodyHash }

        let canonical = canonicalRequest(of: request, bodyHash: bodyHash)
        let signature = key.signature(of: canonical.stringToSign(at: time, scope: key.scope))
        request.headerFields[.authorization] = authorization(
            accessKeyID: credentials.accessKeyID,
            scope: key.scope,
            signedHeaders: canonical.signedHeaders,
            signature: signature
        )
        return request
    }

    package func canonicalRequest(of request: HTTPRequest, bodyHash: String) -> CanonicalRequest {
        CanonicalRequest(request, bodyHash: bodyHash, dialect: dialect)
    }

    private func authorization(accessKeyID: String, scope: String, signedHeaders: String, signature: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        bytes += Self.algorithm.utf8
        bytes += " Credential=".utf8
        bytes += accessKeyID.utf8
        bytes.append(UInt8(ascii: "/"))
        bytes += scope.utf8
        bytes += ", SignedHeaders=".utf8
        bytes += signedHeaders.utf8
        bytes += ", Signature=".utf8
        bytes += signature.utf8
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension HTTPField.Name {
    static let amzDate = known("X-Amz-Date")
    static let amzSecurityToken = known("X-Amz-Security-Token")
    static let amzContentSHA256 = known("X-Amz-Content-Sha256")

    private static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is not a header field's name") }
        return name
    }
}

extension SigV4Signer {
    /// How a service wants its requests to be made canonical.
    public struct Dialect: Sendable, Hashable {
        /// Whether the path loses dot segments and empty segments.
        public var normalizesPath: Bool
        /// Whether the path is encoded once more than it is sent.
        public var encodesPathAgain: Bool
        /// Whether the body's hash goes along as `X-Amz-Content-Sha256`.
        public var statesBodyHash: Bool

        /// Every service but S3.
        public static let standard = Dialect()

        /// S3, whose keys may hold dots and slashes at will: the path is signed as it is sent.
        public static let s3 = Dialect(normalizesPath: false, encodesPathAgain: false, statesBodyHash: true)

        /// Creates a dialect; what is left out is as in ``standard``.
        public init(
            normalizesPath: Bool = true,
            encodesPathAgain: Bool = true,
            statesBodyHash: Bool = false
        ) {
            self.normalizesPath = normalizesPath
            self.encodesPathAgain = encodesPathAgain
            self.statesBodyHash = statesBodyHash
        }
    }
}
