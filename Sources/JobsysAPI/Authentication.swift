import HTTPTypes
import JobsysCore
import JobsysTime
import Logging

/// Whether requests have to show a credential, and how it is told who shows one.
package enum Authentication: Sendable {
    /// They have not: whoever reaches the port may do everything.
    case off
    /// They have to show an API key of this stage, or, if they are taken, a JSON Web Token.
    case required(KeyRing, stage: String, tokens: TokenVerifier? = nil)

    /// Whether nobody is asked.
    var isOff: Bool { if case .off = self { true } else { false } }

    /// Who sends a request.
    ///
    /// - Throws: ``Problem`` with 401 if that cannot be told, 429 if too many try; what the store of keys throws.
    func principal(_ headers: HTTPFields) async throws -> Principal {
        guard case .required(let ring, let stage, let tokens) = self else { return .anyone }
        let token = try Self.bearerToken(headers)
        if let tokens, !APIKeyText.isMeant(token) {
            do {
                return try await tokens.principal(token)
            } catch let refusal as TokenRefusal {
                throw Self.refused(refusal.rawValue)
            }
        }
        // A text that is none of our keys costs no look at the table.
        guard let text = APIKeyText(token), text.stage == stage else { throw Self.refused("malformed") }
        let key = try await ring.key(text.keyID)
        // As much work for a key that nobody knows as for one that is known.
        let isSame = isSameHash(text.hash, key?.hash ?? Self.hashOfNone)
        guard let key else { throw Self.refused("unknown", text.keyID) }
        guard isSame else { throw Self.refused("wrong secret", text.keyID) }
        switch key.status(at: ring.now()) {
        case .active: break
        case .expired: throw Self.refused("expired", text.keyID)
        case .revoked: throw Self.refused("revoked", text.keyID)
        }
        ring.noteUse(of: key)
        return key.principal
    }

    /// Whether this process has found out lately that the credential of a request is good; asks nobody else.
    ///
    /// - Throws: ``Problem`` with 401 if there is no credential, or one that is malformed.
    func isKnown(_ headers: HTTPFields) throws -> Bool {
        guard case .required(let ring, let stage, let tokens) = self else { return true }
        let token = try Self.bearerToken(headers)
        if let tokens, !APIKeyText.isMeant(token) { return tokens.isKnown(token) }
        guard let text = APIKeyText(token), text.stage == stage, let key = ring.known(text.keyID) else { return false }
        return isSameHash(text.hash, key.hash) && key.status(at: ring.now()) == .active
    }

    /// The credential of the header field `Authorization`.
    ///
    /// Source: RFC 6750, section 2.1; RFC 9110, section 11.1 (the scheme's name has no case).
    private static func bearerToken(_ headers: HTTPFields) throws -> String {
        let fields = headers[values: .authorization]
        guard let field = fields.first else { throw Problem.noCredential }
        let parts = field.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count == 1, parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw refused("malformed")
        }
        return String(parts[1])
    }

    /// The same answer for all of them; the log alone says why, and which key it was if there was one.
    private static func refused(_ reason: String, _ keyID: String? = nil) -> Problem {
        RequestNotes.current?.add(["refusal": "\(reason)"])
        if let keyID { RequestNotes.current?.add(["principal": "key:\(keyID)"]) }
        return .badCredential
    }

    private static let hashOfNone = String(repeating: "-", count: 64)
}

extension Principal {
    /// What the line of a request says of who has sent it.
    var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["principal": "\(name)"]
        if let tenant { metadata["tenant"] = "\(tenant)" }
        return metadata
    }
}
