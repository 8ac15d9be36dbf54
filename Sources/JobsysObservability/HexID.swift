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
