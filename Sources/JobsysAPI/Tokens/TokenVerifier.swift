package import JobsysCore
import JobsysHashing
package import JobsysTime
import Synchronization

/// Tells who shows a JSON Web Token.
///
/// What was found out about a token is kept under its SHA-256 until the token ends or the issuer's keys change, so that
/// a client's next request costs one hash. Refusals are not kept: strangers cannot fill the memory with them.
package final class TokenVerifier: Sendable {
    private struct Entry {
        let principal: Principal
        let end: Timestamp
        let generation: Int
    }

    private let rules: TokenRules
    private let keys: TokenKeyRing
    private let now: @Sendable () -> Timestamp
    private let entries = Mutex<[[UInt8]: Entry]>([:])

    /// Makes a verifier that has seen no token yet.
    package init(_ rules: TokenRules, keys: TokenKeyRing, now: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        self.rules = rules
        self.keys = keys
        self.now = now
    }

    /// How many tokens are remembered; the half that ends first goes first.
    package static let capacity = 10_000

    /// Who shows a token.
    ///
    /// - Throws: ``TokenRefusal`` if it is no good; `DependencyError` if the issuer's keys have never been read.
    package func principal(_ text: String) async throws -> Principal {
        guard text.utf8.count <= WebToken.longest else { throw TokenRefusal.tooLong }
        let instant = now()
        let hash = SHA256.hash(text)
        if let principal = known(hash, at: instant) { return principal }
        let token = try WebToken(text)
        // The claims first: a token that is not meant for this service has no keys read anew.
        let (principal, end) = try rules.admit(token.claims, at: instant)
        let (candidates, generation) = try await keys.candidates(for: token)
        guard !candidates.isEmpty else { throw TokenRefusal.unknownKey }
        guard candidates.contains(where: { $0.hasSigned(token) }) else { throw TokenRefusal.signature }
        entries.withLock { entries in
            if entries.count >= Self.capacity {
                entries = entries.filter { $0.value.end > instant && $0.value.generation == generation }
            }
            if entries.count >= Self.capacity {
                let median = entries.values.map(\.end).sorted()[entries.count / 2]
                entries = entries.filter { $0.value.end > median }
            }
            entries[hash] = Entry(principal: principal, end: end, generation: generation)
        }
        return principal
    }

    /// Whether a token was found to be good, and still is.
    func isKnown(_ text: String) -> Bool {
        text.utf8.count <= WebToken.longest && known(SHA256.hash(text), at: now()) != nil
    }

    private func known(_ hash: [UInt8], at instant: Timestamp) -> Principal? {
        guard let entry = entries.withLock({ $0[hash] }), entry.end > instant, entry.generation == keys.generation
        else { return nil }
        return entry.principal
    }
}
