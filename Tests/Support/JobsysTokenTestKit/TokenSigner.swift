import FoundationEssentials
import JWTKit
public import JobsysJSON

/// An issuer's key pair: signs JSON Web Tokens of any shape, right and wrong ones.
public struct TokenSigner: Sendable {
    /// The id of the key.
    public let id: String?
    /// The algorithm that it is for.
    public let algorithm: String
    /// The public key as a key set has it.
    public let publicKey: JSONValue
    private let key: any JWTAlgorithm

    private init(_ id: String?, _ algorithm: String, _ members: JSONObject, _ keys: JWTKeyCollection) async throws {
        var members = members
        members["kid"] = id.map(JSONValue.string)
        self.id = id
        self.algorithm = algorithm
        publicKey = .object(members)
        key = try await keys.getKey()
    }

    /// A new key on P-256.
    public static func es256(_ id: String?) async throws -> TokenSigner {
        let key = ES256PrivateKey()
        // What jwt-kit writes may have the padding that RFC 7515, section 2, leaves away.
        let (x, y) = (text(key.parameters?.x), text(key.parameters?.y))
        return try await TokenSigner(
            id,
            "ES256",
            ["kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "x": .string(x), "y": .string(y)],
            JWTKeyCollection().add(ecdsa: key)
        )
    }

    /// A new key on Ed25519.
    public static func edDSA(_ id: String?) async throws -> TokenSigner {
        let key = try EdDSA.PrivateKey()
        // The last 32 bytes of the DER form are the key itself (RFC 8410, section 4).
        let lines = key.publicKey.pemRepresentation.split(separator: "\n").filter { !$0.hasPrefix("-") }
        let bytes = Data(base64Encoded: lines.joined()).map { Array($0.suffix(32)) } ?? []
        return try await TokenSigner(
            id,
            "EdDSA",
            ["kty": "OKP", "crv": "Ed25519", "x": .string(base64URL(bytes))],
            JWTKeyCollection().add(eddsa: key)
        )
    }

    /// The RSA key that RFC 7515 publishes in appendix A.2.1.
    public static func rs256(_ id: String?) async throws -> TokenSigner {
        let key = try Insecure.RSA.PrivateKey(modulus: modulus, exponent: "AQAB", privateExponent: privateExponent)
        return try await TokenSigner(
            id,
            "RS256",
            ["kty": "RSA", "key_ops": ["verify"], "n": .string(modulus), "e": "AQAB"],
            JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256)
        )
    }

    /// A token; members of the header take the place of the usual ones, and null takes one away.
    public func token(_ claims: JSONObject, header: JSONObject = [:]) throws -> String {
        let signed = try Self.signedPart(claims, header: self.header.merged(with: header))
        return signed + "." + Self.base64URL(try key.sign(Array(signed.utf8)))
    }

    /// What is signed of a token with this header.
    public static func signedPart(_ claims: JSONObject, header: JSONObject) throws -> String {
        [JSONValue.object(header), .object(claims)].map { base64URL($0.serialized()) }.joined(separator: ".")
    }

    private var header: JSONObject {
        var header: JSONObject = ["alg": .string(algorithm), "typ": "JWT"]
        header["kid"] = id.map(JSONValue.string)
        return header
    }

    /// Base64 for URLs, without padding.
    public static func base64URL(_ bytes: [UInt8]) -> String { text(Data(bytes).base64EncodedString()) }

    private static func text(_ base64: String?) -> String {
        (base64 ?? "").replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static let modulus =
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZ"
        + "S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2"
        + "R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcD"
        + "TW9gb54h4FRWyuXpoQ"
    private static let privateExponent =
        "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_G"
        + "O-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQl"
        + "BjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0"
        + "QU91p1DhOVRuOopznQ"
}

extension JSONObject {
    /// These members with others in place of their namesakes; null takes one away.
    public func merged(with others: JSONObject) -> JSONObject {
        var result = self
        // A bare nil would be read as JSON's null.
        let none: JSONValue? = Optional.none
        for member in others.members { result[member.key] = member.value.isNull ? none : member.value }
        return result
    }
}
