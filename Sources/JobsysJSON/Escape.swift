/// Writes the content of strings: escaped are the quotation mark, the backslash and the control characters.
enum Escape {
    static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        var index = 0
        while true {
            let runEnd = unsafe StringScan.plainEnd(in: text, from: index, stopsBeyondASCII: false)
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[index..<runEnd]))
            guard runEnd < text.count else { return }
            append(escaping: unsafe text[runEnd], to: &bytes)
            index = runEnd + 1
        }
    }

    private static func append(escaping byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case ..<0x20:
            let low = byte & 0x0F
            bytes.append(contentsOf: byte < 0x10 ? "u000".utf8 : "u001".utf8)
            bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        default: bytes.append(byte)
        }
    }
}
