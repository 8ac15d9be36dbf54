/// The grammar of numbers: RFC 8259, section 6.
enum NumberScan {
    /// The index after the number that starts at an index; nil if none does.
    static func end(in bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
        guard index < bytes.count, isDigit(bytes[index]) else { return nil }
        // A zero stands alone: "01" ends after the zero, and what follows is refused as trailing.
        index = bytes[index] == UInt8(ascii: "0") ? index + 1 : digits(in: bytes, from: index)
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            let fraction = digits(in: bytes, from: index + 1)
            guard fraction > index + 1 else { return nil }
            index = fraction
        }
        guard index < bytes.count, isExponentMark(bytes[index]) else { return index }
        index += 1
        if index < bytes.count, isSign(bytes[index]) { index += 1 }
        let exponent = digits(in: bytes, from: index)
        return exponent > index ? exponent : nil
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    static func isExponentMark(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
    }

    private static func isSign(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
    }

    private static func digits(in bytes: [UInt8], from start: Int) -> Int {
        var index = start
        while index < bytes.count, isDigit(bytes[index]) { index += 1 }
        return index
    }
}
