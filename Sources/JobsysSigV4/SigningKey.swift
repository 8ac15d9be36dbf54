internal import JobsysHashing

/// The key of one secret for one scope: a day, a region and a service.
struct SigningKey: Sendable {
    /// The scope as signatures name it: `20150830/us-east-1/iam/aws4_request`.
    let scope: String
    private let code: HMACSHA256

    /// Derives the key, for which it takes four codes.
    init(secret: String, day: String, region: String, service: String) {
        let parts = [day, region, service, "aws4_request"]
        let key = parts.reduce(Array("AWS4\(secret)".utf8)) { key, part in
            HMACSHA256(key: key).authenticate(part)
        }
        scope = parts.joined(separator: "/")
        code = HMACSHA256(key: key)
    }

    /// The signature in hexadecimal digits.
    func signature(of stringToSign: [UInt8]) -> String {
        Hex.encode(code.authenticate(stringToSign))
    }
}
