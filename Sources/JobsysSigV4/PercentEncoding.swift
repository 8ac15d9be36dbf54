/// Percent-encoding with upper-case digits, as signatures want it (RFC 3986, section 2.1).
package enum PercentEncoding {
    /// Encodes all but unreserved characters (RFC 3986, section 2.3).
    package static func encode(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        append(text.utf8, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the bytes with all but unreserved characters and the ones in `kept` encoded.
    static func append(_ text: some Sequence<UInt8>, keeping kept: UInt8? = nil, to bytes: inout [UInt8]) {
        for byte in text { append(byte, isKept: byte == kept, to: &bytes) }
    }

    /// Appends text that may be encoded in part, encoded as ``append(_:keeping:to:)`` has it.
    static func appendNormalized(_ text: Substring.UTF8View, to bytes: inout [UInt8]) {
        var rest = text
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let encoded = value(of: rest.prefix(2)) {
                append(encoded, isKept: false, to: &bytes)
                rest.removeFirst(2)
            } else {
                append(byte, isKept: false, to: &bytes)
            }
        }
    }

    private static func append(_ byte: UInt8, isKept: Bool, to bytes: inout [UInt8]) {
        guard !isKept, !isUnreserved(byte) else { return bytes.append(byte) }
        bytes.append(UInt8(ascii: "%"))
        bytes.append(digit(byte >> 4))
        bytes.append(digit(byte & 0x0F))
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    /// The byte that two hexadecimal digits stand for; nil if they are none.
    private static func value(of digits: Substring.UTF8View) -> UInt8? {
        let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        return values.count == 2 ? UInt8(values[0] << 4 | values[1]) : nil
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }
}
