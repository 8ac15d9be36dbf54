internal import FoundationEssentials
internal import JobsysHashing
internal import Synchronization

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

    /// Hands out the 64 digits of a signature, which are there while `body` runs.
    func withSignature<Result>(
        of stringToSign: UnsafeRawBufferPointer,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        unsafe code.withHexCode(of: stringToSign, body)
    }

    /// The signature in hexadecimal digits.
    func signature(of stringToSign: [UInt8]) -> String {
        Hex.encode(code.authenticate(stringToSign))
    }
}

/// Keeps the keys that one signer has derived last, and how the second is spelt that it has signed at last.
///
/// A key is good for a day and a secret. Few are in use at once: old and new credentials while they change, two days
/// around midnight.
final class SigningKeyCache: Sendable {
    private struct Entry {
        let secret: String
        let day: String
        let key: SigningKey
    }

    private struct State {
        /// The one derived last comes last.
        var entries: [Entry] = []
        /// The second of the last signature, and how it is spelt: a busy client signs many requests within one.
        var second: Int64?
        var time: SigningTime?
    }

    private static let capacity = 4
    private let region: String
    private let service: String
    private let state = Mutex(State())

    init(region: String, service: String) {
        self.region = region
        self.service = service
    }

    /// The key of a secret for a date, and the date as signatures spell it.
    func key(secret: String, at date: Date) -> (time: SigningTime, key: SigningKey) {
        let second = SigningTime.second(of: date)
        return state.withLock { state in
            let time: SigningTime
            if let known = state.time, state.second == second {
                time = known
            } else {
                time = SigningTime(second: second)
                (state.second, state.time) = (second, time)
            }
            if let known = state.entries.last(where: { $0.day == time.day && $0.secret == secret }) {
                return (time, known.key)
            }
            let key = SigningKey(secret: secret, day: time.day, region: region, service: service)
            if state.entries.count == Self.capacity { state.entries.removeFirst() }
            state.entries.append(Entry(secret: secret, day: time.day, key: key))
            return (time, key)
        }
    }
}
