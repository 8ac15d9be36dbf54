package import JobsysCore
import JobsysHashing
package import JobsysJSON
package import JobsysTime

/// Whose tokens count, and what their claims allow.
package struct TokenRules: Sendable, Hashable {
    /// The one issuer, exactly as tokens name it.
    package var issuer: String
    /// Who tokens have to be for, exactly as they name it.
    package var audience: String
    /// The claim that names the tenant; nil if tokens are all an operator's.
    package var tenantClaim: String?
    /// The claim that lists the scopes.
    package var scopesClaim: String

    /// Makes rules.
    package init(
        issuer: String,
        audience: String,
        tenantClaim: String? = nil,
        scopesClaim: String = TokenRules.scopesClaim
    ) {
        self.issuer = issuer
        self.audience = audience
        self.tenantClaim = tenantClaim
        self.scopesClaim = scopesClaim
    }

    /// The claim of scopes of RFC 8693, section 4.2, and RFC 9068, section 2.2.3.
    package static let scopesClaim = "scope"
    /// How far clocks may be apart.
    package static let leeway = Duration.seconds(60)

    /// Who a token of these claims lets in, and until when.
    ///
    /// - Throws: ``TokenRefusal`` for the first claim that is missing or wrong.
    package func admit(
        _ claims: JSONObject,
        at now: Timestamp
    ) throws(TokenRefusal) -> (principal: Principal, end: Timestamp) {
        guard claims["iss"]?.stringValue.map({ isSame($0, issuer) }) == true else { throw .issuer }
        guard isForUs(claims["aud"]) else { throw .audience }
        let end = try instant(claims["exp"], else: .expired) + Self.leeway
        guard end > now else { throw .expired }
        if let start = claims["nbf"] {
            guard try instant(start, else: .notYetValid) <= now + Self.leeway else { throw .notYetValid }
        }
        guard let subject = claims["sub"]?.stringValue, !subject.isEmpty else { throw .noSubject }
        let scopes = scopes(claims[scopesClaim])
        return (
            Principal(name: "oidc:\(Self.name(subject))", tenant: try tenant(claims, scopes), scopes: scopes), end
        )
    }

    /// Source: RFC 7519, section 4.1.3: a string, or an array of them.
    private func isForUs(_ claim: JSONValue?) -> Bool {
        if let text = claim?.stringValue { return isSame(text, audience) }
        return claim?.arrayValue?.contains { $0.stringValue.map { isSame($0, audience) } == true } == true
    }

    /// Byte by byte, and not by Unicode equivalence.
    private func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

    /// Source: RFC 7519, section 2 (NumericDate): seconds, with or without a fraction.
    private func instant(_ claim: JSONValue?, else refusal: TokenRefusal) throws(TokenRefusal) -> Timestamp {
        // The year 9999 is the last one that is written with four digits; a token that ends later is a mistake.
        guard let seconds = claim?.doubleValue, (0...253_402_300_000).contains(seconds) else { throw refusal }
        return Timestamp(milliseconds: Int64(seconds * 1000))
    }

    /// The scopes that are ours; others are none of our business.
    private func scopes(_ claim: JSONValue?) -> Set<Scope> {
        if let text = claim?.stringValue {
            return Set(text.split(separator: " ").compactMap { Scope.named(String($0)) }.joined())
        }
        return Set((claim?.arrayValue ?? []).compactMap { $0.stringValue.flatMap(Scope.named) }.joined())
    }

    /// A token that names no tenant where tokens name tenants would be an operator's: only an administrator's is.
    private func tenant(_ claims: JSONObject, _ scopes: Set<Scope>) throws(TokenRefusal) -> String? {
        guard let tenantClaim else { return nil }
        guard let claim = claims[tenantClaim], !claim.isNull else {
            guard scopes.contains(.admin) else { throw .tenant }
            return nil
        }
        guard let tenant = claim.stringValue, isTenantName(tenant) else { throw .tenant }
        return tenant
    }

    /// The subject as logs and records may have it; one that was changed for it stays apart from others by its hash.
    private static func name(_ subject: String) -> String {
        let isPlain = subject.utf8.count <= longestName && subject.utf8.allSatisfy(isPlain)
        guard !isPlain else { return subject }
        let plain = subject.utf8.prefix(longestName - 17).map { Self.isPlain($0) ? $0 : UInt8(ascii: "_") }
        return String(decoding: plain, as: UTF8.self) + "~" + SHA256.hexHash(subject).prefix(16)
    }

    private static let longestName = 100

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "._@|:/+-".utf8.contains(byte)
        }
    }
}
