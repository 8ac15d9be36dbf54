import JobsysObservability
public import JobsysTime

/// A job's identity: a UUID in lower-case text.
///
/// It is time-ordered (version 7, RFC 9562) unless it is derived from an idempotency key (version 8), where the same
/// tenant and key always give the same id, so that one conditional write settles who was first.
public struct JobID: Sendable, Hashable, CustomStringConvertible {
    /// The UUID's text, such as `019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60`.
    public let description: String

    /// Reads a UUID in its 36-character form, in either case; nil for anything else.
    public init?(_ text: String) {
        guard text.utf8.count == 36 else { return nil }
        var hasCapitals = false
        for (index, byte) in text.utf8.enumerated() {
            switch (index, byte) {
            case (8, _), (13, _), (18, _), (23, _):
                guard byte == UInt8(ascii: "-") else { return nil }
            case (_, UInt8(ascii: "0")...UInt8(ascii: "9")), (_, UInt8(ascii: "a")...UInt8(ascii: "f")): break
            case (_, UInt8(ascii: "A")...UInt8(ascii: "F")): hasCapitals = true
            default: return nil
            }
        }
        description = hasCapitals ? text.lowercased() : text
    }

    /// Makes a time-ordered id (UUID version 7).
    public init(at instant: Timestamp, using random: inout some RandomNumberGenerator) {
        let high = UInt64(clamping: instant.milliseconds) << 16 | random.next() & 0xffff
        self.init(high: high, low: random.next(), version: 7)
    }

    /// Makes a time-ordered id from the system's randomness.
    public init(at instant: Timestamp) {
        var random = BufferedRandom()
        self.init(at: instant, using: &random)
    }

    /// A number below `count` that is the same for the same id, to spread jobs over shards.
    public func shard(of count: Int) -> Int {
        description.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0x7fff_ffff } % count
    }

    /// Makes a UUID of these bits, but for those that tell its version and variant.
    package init(high: UInt64, low: UInt64, version: UInt64) {
        let high = high & ~0xf000 | version << 12
        let low = low & ~(3 << 62) | 2 << 62
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for index in 0..<16 {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
            let byte = UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - index % 8 * 8))
            text.append(hexDigit(byte >> 4))
            text.append(hexDigit(byte & 0x0f))
        }
        description = String(decoding: text, as: UTF8.self)
    }
}

private func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
