import FoundationEssentials
package import JobsysJSON

/// A JSON Web Token whose signature nobody has looked at yet.
///
/// Its own reader, strict and bounded, sees a stranger's bytes before any library does: a text of another shape, with
/// members that appear twice, or with numbers that fit nowhere, ends here. What the header says of keys beside their id
/// (`jku`, `jwk`, `x5u`, `x5c`) is not looked at.
///
/// Source: RFC 7515, section 5.2 (compact serialization); RFC 7519, section 7.2; RFC 8725, sections 3.1 and 3.10.
package struct WebToken: Sendable {
    /// What it says that it is signed with.
    package let algorithm: TokenAlgorithm
    /// Which key it says that it is signed with.
    package let keyID: String?
    /// What it says; not to be believed before the signature is checked.
    package let claims: JSONObject
    /// What the signature is of.
    let signedPart: [UInt8]
    /// The signature.
    let signature: [UInt8]

    /// The longest token, in bytes; a longer one is refused unread.
    package static let longest = 8192
    /// The longest id of a key, in bytes.
    static let longestKeyID = 256
    /// Deeper than any claim of ours.
    private static let depth = 16

    /// Reads a token.
    ///
    /// - Throws: ``TokenRefusal`` for anything else, for an algorithm that is not allowed, and for extensions that one
    ///   has to understand (`crit`), because none is understood here.
    package init(_ text: String) throws(TokenRefusal) {
        guard text.utf8.count <= Self.longest else { throw .tooLong }
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = Self.decode(parts[2]), !signature.isEmpty else { throw .malformed }
        let header = try Self.object(parts[0])
        guard let name = header["alg"]?.stringValue else { throw .malformed }
        guard let algorithm = TokenAlgorithm(rawValue: name) else { throw .algorithm }
        guard header["crit"] == nil else { throw .criticalHeader }
        if let member = header["kid"] {
            guard let keyID = member.stringValue, keyID.utf8.count <= Self.longestKeyID else { throw .malformed }
            self.keyID = keyID
        } else {
            keyID = nil
        }
        claims = try Self.object(parts[1])
        self.algorithm = algorithm
        self.signature = signature
        signedPart = Array(bytes[..<(parts[2].startIndex - 1)])
    }

    private static func object(_ part: ArraySlice<UInt8>) throws(TokenRefusal) -> JSONObject {
        guard let bytes = decode(part) else { throw .malformed }
        do {
            let document = try JSONValue(parsing: bytes, limits: JSONLimits(depth: depth, bytes: longest))
            guard case .object(let object) = document else { throw TokenRefusal.malformed }
            return object
        } catch {
            throw .malformed
        }
    }

    /// Source: RFC 4648, section 5, without padding (RFC 7515, section 2).
    private static func decode(_ part: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes = Array(part)
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "-"): bytes[index] = UInt8(ascii: "+")
            case UInt8(ascii: "_"): bytes[index] = UInt8(ascii: "/")
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                break
            default: return nil
            }
        }
        bytes += [UInt8](repeating: UInt8(ascii: "="), count: (4 - bytes.count % 4) % 4)
        return Data(base64Encoded: Data(bytes)).map(Array.init)
    }
}

/// The algorithms that tokens may be signed with: asymmetric ones, each with one kind of key.
///
/// Source: RFC 7518, section 3.1; RFC 8037, section 3.1; RFC 8725, section 3.1.
package enum TokenAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    case rs256 = "RS256"
    /// ECDSA with P-256 and SHA-256.
    case es256 = "ES256"
    /// Ed25519.
    case edDSA = "EdDSA"
}

/// Why a token lets nobody in: for the log alone.
package enum TokenRefusal: String, Error, Sendable, Hashable, CaseIterable {
    case malformed
    case tooLong = "too long"
    case algorithm = "algorithm not allowed"
    case criticalHeader = "critical header not understood"
    case issuer = "other issuer"
    case audience = "other audience"
    case expired
    case notYetValid = "not valid yet"
    case noSubject = "no subject"
    case tenant = "no tenant"
    case unknownKey = "unknown key"
    case signature = "wrong signature"
}
