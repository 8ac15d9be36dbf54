import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysHashing
import JobsysTime

/// A sign-in to the console, as a browser's cookie carries it: `<keyId>.<expiry>.<code>`.
///
/// The code is an HMAC under the hash that the table keeps of the API key. So every svc-api accepts the session without a
/// secret of its own, it ends with the key, and neither the key nor its hash is in the cookie. Whoever reads the hashes in
/// the table could make one; they read every job there as well.
struct ConsoleSession: Sendable, Hashable {
    let keyID: String
    /// Seconds since 1970.
    let expiresAt: Int64
    private let code: String

    /// How long it lasts.
    static let lifetime = Duration.seconds(12 * 3600)
    /// The cookie's name.
    static let cookieName = "jobsys_session"

    /// Begins one for whoever has shown a key.
    init(_ key: APIKeyText, at now: Timestamp) {
        keyID = key.keyID
        expiresAt = (now + Self.lifetime).seconds
        code = Self.code(hash: key.hash, stage: key.stage, keyID: keyID, expiresAt: expiresAt)
    }

    /// Reads a cookie's value; nil for what was never one.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, APIKeyText.isKeyID(String(parts[0])), let expiresAt = Int64(parts[1]) else {
            return nil
        }
        keyID = String(parts[0])
        self.expiresAt = expiresAt
        code = String(parts[2])
    }

    /// The cookie's value.
    var text: String { "\(keyID).\(expiresAt).\(code)" }

    /// Whether it was begun with the key of this hash, and has not ended.
    func isValid(hash: String, stage: String, at now: Timestamp) -> Bool {
        let expected = Self.code(hash: hash, stage: stage, keyID: keyID, expiresAt: expiresAt)
        return isSameHash(code, expected) && now.seconds < expiresAt
    }

    private static func code(hash: String, stage: String, keyID: String, expiresAt: Int64) -> String {
        let message = "jobsys console session\n\(stage)\n\(keyID)\n\(expiresAt)"
        return Hex.encode(HMACSHA256(key: Array(hash.utf8)).authenticate(message))
    }

    /// The header field that has a browser keep it, or forget it.
    ///
    /// Source: RFC 6265bis, section 4.1.2.
    static func cookie(_ session: ConsoleSession?, for request: Request) -> String {
        let age = session == nil ? 0 : lifetime.components.seconds
        let secure = request.isForwardedFromHTTPS ? "; Secure" : ""
        let rules = "Path=/console; Max-Age=\(age); HttpOnly; SameSite=Strict"
        return "\(cookieName)=\(session?.text ?? ""); \(rules)\(secure)"
    }
}

extension Request {
    /// Whether the reader's browser spoke HTTPS, as the proxy in front says.
    fileprivate var isForwardedFromHTTPS: Bool {
        HTTPField.Name("X-Forwarded-Proto").flatMap { headers[$0] }?.lowercased().hasPrefix("https") == true
    }
}

extension Authentication {
    /// Who a browser's session belongs to.
    ///
    /// - Throws: ``Problem`` with 401 if there is none, it has ended, or its key has; what the store of keys throws.
    func principal(ofSessionIn request: Request) async throws -> Principal {
        guard case .required(let ring, let stage, _) = self else { return .anyone }
        guard let text = request.cookies[ConsoleSession.cookieName]?.value else { throw Problem.noSession }
        guard let session = ConsoleSession(text), let key = try await ring.key(session.keyID),
            session.isValid(hash: key.hash, stage: stage, at: ring.now()), key.status(at: ring.now()) == .active
        else { throw Problem.noSession }
        ring.noteUse(of: key)
        return key.principal
    }
}

extension Problem {
    /// Whoever asks has not signed in, or has for too long.
    static let noSession = Problem(.unauthorized, "Sign in: there is no session, or it has ended.")
}
