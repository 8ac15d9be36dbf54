import Hashing

/// A job's identity: a UUID in lower-case text.
///
/// It is time-ordered (version 7, RFC 9562) unless it is derived from an idempotency key (version 8), where the same
/// tenant and key always give the same id, so that one conditional write settles who was first.
public struct JobID: Sendable, Hashable, CustomStringConvertible {
    /// The UUID's text, such as `019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60`.
    public let description: String

    /// Reads a UUID in its 36-character form, in either case; nil for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (index, byte) in bytes.enumerated() {
            let isHyphen = byte == UInt8(ascii: "-")
            guard [8, 13, 18, 23].contains(index) ? isHyphen : Character(Unicode.Scalar(byte)).isHexDigit else {
                return nil
            }
        }
        description = text.lowercased()
    }

    /// Makes a time-ordered id (UUID version 7).
    public init(at instant: Timestamp, using random: inout some RandomNumberGenerator) {
        let time = UInt64(clamping: instant.milliseconds)
        let head = (0..<6).map { UInt8(truncatingIfNeeded: time >> (40 - 8 * $0)) }
        let tail = (0..<10).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        self.init(bytes: head + tail, version: 7)
    }

    /// Makes a time-ordered id from the system's randomness.
    public init(at instant: Timestamp) {
        var random = SystemRandomNumberGenerator()
        self.init(at: instant, using: &random)
    }

    /// Derives the id that belongs to a tenant's idempotency key.
    public init(tenant: String, idempotencyKey: String) {
        // The length goes first so that no other pair of tenant and key can run together to the same text.
        self.init(bytes: SHA256.hash("\(tenant.utf8.count):\(tenant):\(idempotencyKey)"), version: 8)
    }

    /// A number below `count` that is the same for the same id, to spread jobs over shards.
    public func shard(of count: Int) -> Int {
        description.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0x7fff_ffff } % count
    }

    private init(bytes: [UInt8], version: UInt8) {
        var bytes = Array(bytes.prefix(16))
        bytes[6] = version << 4 | bytes[6] & 0x0f
        bytes[8] = 0x80 | bytes[8] & 0x3f
        let text = Hex.encode(bytes)
        var groups: [Substring] = []
        var rest = text[...]
        for length in [8, 4, 4, 4, 12] {
            groups.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        description = groups.joined(separator: "-")
    }
}
