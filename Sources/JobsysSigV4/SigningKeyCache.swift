internal import Synchronization

/// Keeps the keys that one signer has derived last.
///
/// A key is good for a day and a secret. Few are in use at once: old and new credentials while they change, two days
/// around midnight.
final class SigningKeyCache: Sendable {
    private struct Entry {
        let secret: String
        let day: String
        let key: SigningKey
    }

    private static let capacity = 4
    private let region: String
    private let service: String
    /// The one derived last comes last.
    private let entries = Mutex<[Entry]>([])

    init(region: String, service: String) {
        self.region = region
        self.service = service
    }

    func key(secret: String, day: String) -> SigningKey {
        entries.withLock { entries in
            if let known = entries.last(where: { $0.day == day && $0.secret == secret }) { return known.key }
            let key = SigningKey(secret: secret, day: day, region: region, service: service)
            if entries.count == Self.capacity { entries.removeFirst() }
            entries.append(Entry(secret: secret, day: day, key: key))
            return key
        }
    }
}
