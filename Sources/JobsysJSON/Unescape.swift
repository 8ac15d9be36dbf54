/// Escape sequences in strings: RFC 8259, section 7.
enum Unescape {
    /// Checks the escape sequence at a backslash, and gives its length: 2, 6, or 12 for a surrogate pair.
    static func length(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) throws(JSONError) -> Int {
        guard index + 1 < bytes.count else {
            throw JSONError(message: "the document ends within a string", offset: bytes.count)
        }
        if unsafe simple(bytes[index + 1]) != nil { return 2 }
        guard unsafe bytes[index + 1] == UInt8(ascii: "u") else {
            throw JSONError(message: "unknown escape sequence", offset: index)
        }
        guard let unit = unsafe codeUnit(in: bytes, at: index) else {
            throw JSONError(message: "\\u without four hexadecimal digits", offset: index)
        }
        guard 0xD800...0xDFFF ~= unit else { return 6 }
        guard unit < 0xDC00, let low = unsafe codeUnit(in: bytes, at: index + 6), 0xDC00...0xDFFF ~= low else {
            throw JSONError(message: "lone surrogate", offset: index)
        }
        return 12
    }

    /// The text of a string's content, which ``length(in:at:)`` has found to be well-formed.
    static func text(of content: UnsafeBufferPointer<UInt8>) -> String {
        // No escape sequence is shorter than what it stands for, so the content's size is enough.
        unsafe String(unsafeUninitializedCapacity: content.count) { output in
            var index = 0
            var count = 0
            while index < content.count {
                let runEnd = unsafe StringScan.plainEnd(in: content, from: index, stopsBeyondASCII: false)
                let run = unsafe UnsafeBufferPointer(rebasing: content[index..<runEnd])
                count = unsafe output[count...].initialize(fromContentsOf: run)
                index = runEnd
                guard index < content.count else { break }
                if let byte = unsafe simple(content[index + 1]) {
                    unsafe output.initializeElement(at: count, to: byte)
                    index += 2
                    count += 1
                } else {
                    let (scalar, length) = unsafe scalar(in: content, at: index)
                    count = unsafe output[count...]
                        .initialize(fromContentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                    index += length
                }
            }
            return count
        }
    }

    private static func scalar(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (Unicode.Scalar, length: Int) {
        let unit = unsafe codeUnit(in: bytes, at: index) ?? 0xFFFD
        if let scalar = Unicode.Scalar(unit) { return (scalar, 6) }
        let low = unsafe codeUnit(in: bytes, at: index + 6) ?? 0xDC00
        return (Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}", 12)
    }

    /// The UTF-16 code unit of the `\uXXXX` at an index; nil if there is none.
    private static func codeUnit(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt32? {
        guard index + 6 <= bytes.count else { return nil }
        guard unsafe bytes[index] == UInt8(ascii: "\\"), unsafe bytes[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for offset in 2..<6 {
            guard let digit = unsafe hexDigit(bytes[index + offset]) else { return nil }
            unit = unit << 4 | digit
        }
        return unit
    }

    private static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private static func simple(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }
}
