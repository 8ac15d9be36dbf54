/// The id of a trace, valid for X-Ray and for W3C trace context: 128 bits, of which the first 32 are a time.
public struct TraceID: Sendable, Hashable, CustomStringConvertible {
    /// The 32 lower-case hexadecimal digits.
    public let description: String

    /// Creates an id from 32 lower-case hexadecimal digits that are not all zero; nil for anything else.
    public init?(_ text: String) {
        guard HexID.isValid(text, length: 32) else { return nil }
        description = text
    }

    /// Creates a new id from a time in seconds since 1970 and 96 random bits.
    public init(epochSeconds: UInt32, random: inout some RandomNumberGenerator) {
        let tail = HexID.text(random.next() as UInt32, length: 8) + HexID.text(random.next() as UInt64, length: 16)
        // A clock at zero with nothing but zeroes drawn would be the one id that is not valid.
        description = HexID.text(max(epochSeconds, 1), length: 8) + tail
    }

    /// The id as X-Ray spells it: `1-`, 8 digits, `-`, 24 digits.
    public var xrayRoot: String {
        let digits = description.utf8
        return "1-\(Substring(digits.prefix(8)))-\(Substring(digits.dropFirst(8)))"
    }

    init?(xrayRoot: ArraySlice<UInt8>) {
        let digits = xrayRoot.dropFirst(2)
        guard xrayRoot.count == 35, xrayRoot.starts(with: "1-".utf8),
            digits.dropFirst(8).first == UInt8(ascii: "-")
        else { return nil }
        self.init(String(decoding: digits.prefix(8) + digits.dropFirst(9), as: UTF8.self))
    }
}

/// Ids of a fixed number of lower-case hexadecimal digits, of which not all are zero.
enum HexID {
    static func isValid(_ text: some StringProtocol, length: Int) -> Bool {
        isHex(text, length: length) && text.utf8.contains { $0 != UInt8(ascii: "0") }
    }

    static func isHex(_ text: some StringProtocol, length: Int) -> Bool {
        text.utf8.count == length
            && text.utf8.allSatisfy {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            }
    }

    static func text(_ value: some UnsignedInteger, length: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: length - digits.utf8.count) + digits
    }
}
