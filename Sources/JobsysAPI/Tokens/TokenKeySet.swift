import FoundationEssentials
import JWTKit
import JobsysJSON

/// A key that tokens are checked with.
struct TokenKey: Sendable {
    /// Its id; nil if it has none.
    let id: String?
    /// The one algorithm that it is for.
    let algorithm: TokenAlgorithm
    private let verifier: any JWTAlgorithm

    /// Takes a public key of a key set; nil for one that is for something else, or is none.
    ///
    /// The kind of key decides on the algorithm, so that a token cannot have an RSA key taken for a shared secret. RSA
    /// keys of fewer than 2048 or more than 8192 bits are none.
    ///
    /// Source: RFC 7517, section 4; RFC 7518, section 6; RFC 8037, section 2.
    init?(_ document: JSONValue) async {
        guard case .object(let members) = document, Self.isForSignatures(members) else { return nil }
        let text = { (name: String) in members[name]?.stringValue }
        let named = JWKIdentifier(string: "key")
        let key: JWK
        switch (text("kty"), text("crv")) {
        case ("RSA", _):
            guard let modulus = text("n"), modulus.utf8.count <= 1368, let exponent = text("e"),
                exponent.utf8.count <= 8
            else { return nil }
            algorithm = .rs256
            key = .rsa(.rs256, identifier: named, modulus: modulus, exponent: exponent)
        case ("EC", "P-256"):
            guard let x = text("x"), x.utf8.count == 43, let y = text("y"), y.utf8.count == 43 else { return nil }
            algorithm = .es256
            key = .ecdsa(.es256, identifier: named, x: x, y: y, curve: .p256)
        case ("OKP", "Ed25519"):
            guard let x = text("x"), x.utf8.count == 43 else { return nil }
            algorithm = .edDSA
            key = .octetKeyPair(.eddsa, identifier: named, x: x, y: nil, curve: .ed25519)
        default: return nil
        }
        if let declared = members["alg"], declared.stringValue != algorithm.rawValue { return nil }
        if let id = members["kid"] {
            guard let id = id.stringValue, id.utf8.count <= WebToken.longestKeyID else { return nil }
            self.id = id
        } else {
            id = nil
        }
        do {
            // A collection of one key each: it would take its first key for every id that it does not know.
            verifier = try await JWTKeyCollection().add(jwk: key).getKey(for: named)
        } catch {
            return nil
        }
    }

    private static func isForSignatures(_ members: JSONObject) -> Bool {
        if let use = members["use"], use.stringValue != "sig" { return false }
        guard let operations = members["key_ops"] else { return true }
        return operations.arrayValue?.contains("verify") == true
    }

    /// Whether the token's signature is by the owner of this key.
    func hasSigned(_ token: WebToken) -> Bool {
        // A signature that is not even one of its algorithm is as wrong as any other.
        (try? verifier.verify(token.signature, signs: token.signedPart)) == true
    }
}

/// The keys that an issuer signs with at a time.
struct TokenKeySet: Sendable {
    /// Those that can be used here.
    let keys: [TokenKey]
    /// How many there were that cannot.
    let skipped: Int
    /// What they were read from.
    let document: [UInt8]

    /// The longest document, in bytes.
    static let longest = 256 * 1024
    /// The most keys that are looked at.
    static let most = 100

    /// Reads a JSON Web Key Set; keys of unknown kinds and for other purposes are left out.
    ///
    /// - Throws: ``TokenKeyError`` for anything else, and for a set without a single key to use: that is a mistake of
    ///   the issuer's rather than its wish to let nobody in.
    init(_ bytes: [UInt8]) async throws(TokenKeyError) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes, limits: JSONLimits(depth: 16, bytes: Self.longest))
        } catch {
            throw TokenKeyError("the key set is no JSON: \(error)")
        }
        guard let members = document["keys"]?.arrayValue else {
            throw TokenKeyError("the key set has no member \"keys\"")
        }
        guard members.count <= Self.most else { throw TokenKeyError("the key set has more than \(Self.most) keys") }
        var keys: [TokenKey] = []
        for member in members {
            if let key = await TokenKey(member) { keys.append(key) }
        }
        guard !keys.isEmpty else { throw TokenKeyError("the key set has no key that can be used") }
        self.keys = keys
        skipped = members.count - keys.count
        self.document = bytes
    }

    /// The keys that may have signed a token: those of its id and algorithm, mostly one.
    ///
    /// A token that names none must be by the only key of its algorithm.
    func candidates(for token: WebToken) -> [TokenKey] {
        let keys = keys.filter { $0.algorithm == token.algorithm }
        guard let id = token.keyID else { return keys.count == 1 ? keys : [] }
        return keys.filter { $0.id.map { $0.utf8.elementsEqual(id.utf8) } == true }
    }
}

/// Why an issuer's keys could not be read.
struct TokenKeyError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
