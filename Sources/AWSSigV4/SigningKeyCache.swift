internal import Hashing
internal import Synchronization

/// Keeps the last derived key: it is the same for a whole day, and four HMACs to make.
final class SigningKeyCache: Sendable {
    private struct Scope: Equatable {
        var secret: String
        var day: String
        var region: String
        var service: String

        func deriveKey() -> [UInt8] {
            [day, region, service, "aws4_request"]
                .reduce(Array("AWS4\(secret)".utf8)) { key, part in
                    HMACSHA256.authenticate(part, key: key)
                }
        }
    }

    private let last = Mutex<(scope: Scope, key: [UInt8])?>(nil)

    func key(secret: String, day: String, region: String, service: String) -> [UInt8] {
        let scope = Scope(secret: secret, day: day, region: region, service: service)
        return last.withLock { last in
            if let last, last.scope == scope { return last.key }
            let key = scope.deriveKey()
            last = (scope, key)
            return key
        }
    }
}
